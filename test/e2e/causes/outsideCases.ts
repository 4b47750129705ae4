import { oneCase, portOf, server, treat, treatSubject } from "./case.ts";
import type { Cases } from "./case.ts";
import { OutsideRedis } from "./outsideRedis.ts";

const redis =
  (...args: string[]) =>
  (name: string): Promise<OutsideRedis> =>
    OutsideRedis.run(name, args);

/** Faults of the endpoint and of the network to it. */
export const OUTSIDE_CASES: Cases = {
  "a server that closes": {
    ...{ outside: server({ afterMs: 5_000, act: "end" }), timeout: "20s", observe: "9s" },
    told: {
      cause: "serverClosed",
      sentence: /closed the connection \(Normal\), not the sidecar/,
      ends: { withSidecar: 5, withoutSidecar: 5 },
    },
    untold: { sentence: /closed the connection, not the sidecar/ },
  },
  "a server that resets": {
    ...{ outside: server({ afterMs: 5_000, act: "resetAndDestroy" }) },
    ...{ timeout: "20s", observe: "9s" },
    told: {
      cause: "serverReset",
      sentence: /reset the connection \(RemoteReset\), not the sidecar/,
      ends: { withSidecar: 5, withoutSidecar: 5 },
    },
    // Nor does it pass the reset on.
    untold: { cause: "serverClosed", sentence: /closed the connection, not the sidecar/ },
  },
  "a server process that is killed": oneCase({
    ...{ outside: server(), timeout: "1m", observe: "30s" },
    inflict: ({ outside }) => outside.kill(),
    told: {
      cause: "endpointGone",
      sentence: /closed the connection \(Normal\).* any more: nothing listens there \(ECONNREFUSED/,
      ends: { withSidecar: 0, withoutSidecar: 0 },
      lateness: 25,
    },
    untold: {
      sentence: /closed the connection.* any more: nothing listens there \(ECONNREFUSED/,
    },
  }),
  "a container that is killed": oneCase({
    ...{ outside: redis(), timeout: "1m", observe: "30s" },
    inflict: ({ outside }) => outside.kill(),
    told: {
      cause: "endpointGone",
      sentence: /The endpoint can't be reached any more: /,
      ends: { withSidecar: 0, withoutSidecar: 0 },
      lateness: 25,
    },
  }),
  "a Redis with a shorter timeout of its own": {
    ...{ outside: redis("--timeout", "6"), timeout: "20s", observe: "12s" },
    middleware: "redis",
    told: {
      cause: "serverLimit",
      sentence: /\(Normal\) by its own limit on idle connections, timeout of 6s, not the sidecar/,
      ends: { withSidecar: 6, withoutSidecar: 6 },
      lateness: 1.5,
    },
    untold: { sentence: /by its own limit on idle connections, timeout of 6s, not the sidecar/ },
  },
  "packets that are dropped, which nobody notices before the idle timeout": {
    ...{ outside: server(), timeout: "8s", observe: "12s" },
    inflict: treat("drop"),
    told: {
      cause: "endpointGone",
      sentence:
        /idle timeout of 8s\. .* any more: nothing answers there.*may have been dead before/,
      ends: { withSidecar: 8, withoutSidecar: null },
    },
    untold: {
      sentence:
        /idle timeout of 8s closed .* any more: nothing answers there.*may have been dead before/,
    },
  },
  "packets that are dropped, which nobody notices at all": {
    ...{ outside: server(), timeout: "60s", observe: "8s" },
    inflict: treat("drop"),
    told: {
      cause: "endpointGone",
      sentence: /still open .* any more: nothing answers there.*nobody has noticed/,
      ends: { withSidecar: null, withoutSidecar: null },
    },
  },
  "a path that forgets connections without closing them": oneCase({
    ...{ outside: server({ versionMs: 1 }), timeout: "1m", observe: "15s" },
    middleware: "memcached",
    inflict: async ({ outside, packets }) => {
      await packets.forget(String(portOf(outside)), await outside.clientPorts());
    },
    told: {
      cause: "dead",
      sentence:
        /nobody answered within 10 s: the endpoint hangs, or .* gave the connection up without closing it\. The pod without a sidecar found the same/,
      ends: { withSidecar: null, withoutSidecar: null },
    },
  }),
  "packets that are dropped under the sidecar's keep-alive": {
    ...{ outside: server(), timeout: "60s", observe: "40s", keepalive: true },
    inflict: treat("drop"),
    told: {
      cause: "endpointGone",
      sentence: /not the sidecar\. The endpoint can't be reached any more: nothing answers there/,
      // Nine probes of one second each.
      ends: { withSidecar: 10, withoutSidecar: null },
      lateness: 25,
    },
  },
  "packets that are rejected under the sidecar's keep-alive": {
    ...{ outside: server(), timeout: "60s", observe: "30s", keepalive: true },
    inflict: treat("reset"),
    told: {
      cause: "endpointGone",
      sentence:
        /reset the connection \(RemoteReset\), not the sidecar\. .* any more: nothing listens/,
      ends: { withSidecar: 1, withoutSidecar: null },
      lateness: 25,
    },
    untold: {
      sentence: /closed the connection, not the sidecar\. .* any more: nothing listens/,
    },
  },
  "packets of the sidecar alone that are dropped from the first on": {
    ...{ outside: server(), timeout: "6s", observe: "12s" },
    prepare: treatSubject("drop"),
    told: {
      cause: "unreachable",
      sentence: /had not reached the endpoint yet when it closed it \(tcp_session_idle_timeout\)/,
      ends: { withSidecar: 6, withoutSidecar: null },
    },
    untold: {
      sentence: /had not reached the endpoint yet when it closed it \(its version does not log why/,
    },
  },
  "packets of the sidecar alone that are rejected": {
    ...{ outside: server(), timeout: "20s", observe: "5s" },
    prepare: treatSubject("reset"),
    told: {
      cause: "unreachable",
      sentence: /could not reach the endpoint \(UF,URX\)/,
      ends: { withSidecar: 0, withoutSidecar: null },
    },
  },
  "a server that closes without a sidecar too, after its idle timeout": {
    ...{ outside: server({ afterMs: 10_000, act: "end" }), timeout: "6s", observe: "14s" },
    told: {
      cause: "droppedWithoutSidecarToo",
      sentence: /something other than the sidecar ends connections to this endpoint/,
      ends: { withSidecar: 6, withoutSidecar: 10 },
    },
  },
  "the idle timeout after a login of 5 s": {
    ...{ outside: server({ versionMs: 5_000 }), timeout: "8s", observe: "10s" },
    middleware: "memcached",
    told: {
      cause: "idleTimeout",
      sentence: /closed the connection because nothing was sent for its idle timeout of 8s/,
      ends: { withSidecar: 13, withoutSidecar: null },
      lateness: 2,
    },
    untold: { sentence: /^According to the sidecar's counter, its idle timeout of 8s/ },
  },
};
