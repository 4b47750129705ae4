import assert from "node:assert/strict";
import { eventually } from "../../../lab/base/wait.ts";
import { mergeIntoOutboundTcpProxy } from "../../../model/istio/envoyFilter.ts";
import { probeLabels } from "../../../model/istio/labels.ts";
import type { RunRecord } from "../../../model/record.ts";
import { firstSample } from "../../../report/sampleGroups.ts";
import { oneCase, server } from "./case.ts";
import type { Cases, Scene } from "./case.ts";
import { idleTimeout, endpointEntry, envoyFilter } from "./pairObjects.ts";

const SUBJECT = probeLabels(true);

/** A patch of the listener itself, none of its filter chains. */
const LISTENER_PATCH = {
  workloadSelector: { labels: SUBJECT },
  configPatches: [
    {
      applyTo: "LISTENER",
      match: { context: "SIDECAR_OUTBOUND", listener: { name: "virtualOutbound" } },
      patch: { operation: "MERGE", value: { per_connection_buffer_limit_bytes: 65_536 } },
    },
  ],
};

/** Runs in a container what ends it, and may be ended by that before it has answered. */
async function endFrom(
  { pair }: Scene,
  container: "probe" | "istio-proxy",
  ...command: string[]
): Promise<void> {
  await pair.exec(container, ...command).catch(() => undefined);
}

/** Kills the sidecar's Envoy, which ends its container. */
function killEnvoy(scene: Scene): Promise<void> {
  return endFrom(scene, "istio-proxy", "sh", "-c", "kill -9 $(pidof envoy)");
}

/** Does something and waits until the sidecar has taken listeners from istiod again. */
async function untilTaken({ pair }: Scene, act: () => Promise<unknown>): Promise<void> {
  const before = await pair.listenerUpdates();
  await act();
  const taken = async (): Promise<boolean> => (await pair.listenerUpdates()) > before;
  await eventually("the sidecar has taken its listeners", taken, 60_000);
}

/** How long the sidecar's log says that it held the connection, in whole seconds. */
function loggedSeconds(run: RunRecord): number {
  return Math.round((firstSample(run, "withSidecar")?.proxy?.durationMs ?? 0) / 1_000);
}

/** What the sidecar does by itself, or has done to it. */
export const SIDECAR_CASES: Cases = {
  "a limit on the connection's whole life": {
    ...{ outside: server(), timeout: "20s", observe: "10s" },
    filters: {
      life: mergeIntoOutboundTcpProxy(SUBJECT, { max_downstream_connection_duration: "7s" }),
    },
    told: {
      cause: "maxConnectionDuration",
      sentence: /its greatest duration/,
      ends: { withSidecar: 7, withoutSidecar: null },
    },
  },
  "a filter that is changed before the idle timeout": {
    ...{ outside: server(), timeout: "30s", observe: "34s" },
    inflict: ({ pair }) => pair.apply(idleTimeout("40s")),
    told: {
      cause: "void",
      sentence: /the filter chain was replaced while the connection was held/,
      ends: { withSidecar: 30, withoutSidecar: null },
    },
  },
  "a filter that is changed long before it": {
    ...{ outside: server(), timeout: "2m", observe: "75s" },
    inflict: ({ pair }) => pair.apply(idleTimeout("3m")),
    told: {
      cause: "configDrain",
      sentence: /its configuration changed/,
      // After Istio's drain time, which begins with the change.
      ends: { withSidecar: 45, withoutSidecar: null },
      lateness: 29,
    },
    untold: {
      cause: "void",
      sentence: /the filter chain was replaced while the connection was held/,
    },
  },
  "a filter that is changed and changed back": {
    ...{ outside: server(), timeout: "2m", observe: "40s", drain: "10s" },
    inflict: async (scene) => {
      await untilTaken(scene, () => scene.pair.apply(idleTimeout("3m")));
      await untilTaken(scene, () => scene.pair.apply(idleTimeout("2m")));
    },
    told: {
      cause: "configDrain",
      sentence: /its configuration changed/,
      ends: { withSidecar: 10, withoutSidecar: null },
      lateness: 29,
    },
    untold: {
      cause: ["configDrain", "unknown"],
      sentence: /drain/,
    },
  },
  "a listener that is changed": {
    ...{ outside: server(), timeout: "2m", observe: "40s", drain: "10s" },
    inflict: ({ pair }) => pair.apply(envoyFilter("listener", LISTENER_PATCH)),
    told: {
      cause: "configDrain",
      sentence: /its configuration changed/,
      ends: { withSidecar: 10, withoutSidecar: null },
      lateness: 29,
    },
    untold: {
      cause: "configDrain",
      sentence: /ended when the drain time of 10s was over/,
    },
  },
  "a listener that is removed and made again unchanged": {
    ...{ outside: server(), timeout: "2m", observe: "40s", drain: "10s", known: true },
    inflict: async (scene) => {
      const { outside, pair } = scene;
      await untilTaken(scene, () => pair.delete("serviceentry", "endpoint"));
      await untilTaken(scene, () => pair.apply(endpointEntry(outside.endpoint, pair.namespace)));
    },
    told: {
      cause: "configDrain",
      sentence: /its configuration changed/,
      ends: { withSidecar: 10, withoutSidecar: null },
      lateness: 29,
    },
    untold: {
      cause: ["configDrain", "unknown"],
      sentence: /drain/,
    },
  },
  "the idle timeout of a sidecar that logs connections periodically too": {
    ...{ outside: server(), timeout: "6s", observe: "9s" },
    filters: {
      periodic: mergeIntoOutboundTcpProxy(SUBJECT, {
        access_log_options: {
          flush_access_log_on_connected: true,
          access_log_flush_interval: "2s",
        },
      }),
    },
    told: {
      cause: "idleTimeout",
      sentence: /closed the connection because nothing was sent for its idle timeout of 6s/,
      ends: { withSidecar: 6, withoutSidecar: null },
    },
    untold: {
      cause: "idleTimeout",
      sentence: /^According to the sidecar's counter, its idle timeout of 6s/,
    },
    check: (run) => {
      assert.equal(loggedSeconds(run), 6);
    },
  },
  "a client that says nothing to a sidecar that waits for its first bytes": oneCase({
    ...{ outside: server(), timeout: "6s", observe: "12s", inspected: true },
    inflict: async ({ outside }) => {
      assert.equal(await outside.connections(), 1, "the pod without a sidecar alone is passed on");
    },
    told: {
      cause: "notPassedOn",
      sentence:
        /never passed the connection on: its listener waits without a limit for the client's first bytes \(tls_inspector\)/,
      ends: { withSidecar: null, withoutSidecar: null },
    },
    check: ({ notes, targets: [target] }) => {
      assert.deepEqual(target?.effective.awaitFirstBytes, ["envoy.filters.listener.tls_inspector"]);
      assert.match(notes.join("\n"), /and the probe sends none to a tcp endpoint: its connections/);
    },
  }),
  "an Envoy that is killed": {
    ...{ outside: server(), timeout: "1m", observe: "20s" },
    inflict: killEnvoy,
    told: {
      cause: "void",
      sentence:
        /the sidecar's container ended at \d{4}-\d\d-\d\dT[\d:]+Z, .+, (while the connection was held|right after the connection, whose end it did not log)/,
      ends: { withSidecar: 0, withoutSidecar: null },
      lateness: 20,
    },
  },
  "an Envoy that is killed after the idle timeout": {
    ...{ outside: server(), timeout: "6s", observe: "9s" },
    unwatched: async (scene) => {
      const { pair } = scene;
      const logged = async (): Promise<boolean> =>
        (await pair.log()).includes('"log":"istio-idle-timeout"');
      await eventually("the sidecar has logged the end", logged, 30_000);
      await killEnvoy(scene);
      await eventually("the sidecar was started again", () => pair.restarted(), 60_000);
    },
    told: {
      cause: "idleTimeout",
      sentence: /closed the connection because nothing was sent for its idle timeout of 6s/,
      ends: { withSidecar: 6, withoutSidecar: null },
    },
    // Its counters begin anew, and the former ones are gone with it.
    untold: {
      cause: "unknown",
      sentence: /nothing says by whom: the sidecar's version does not log/,
    },
    check: (run) => {
      const subject = firstSample(run, "withSidecar");
      assert.equal(subject?.voidReasons, undefined);
      assert.equal(subject?.idleTimeouts, undefined);
      assert.equal(loggedSeconds(run), 6);
    },
  },
  "a pod that is deleted": {
    ...{ outside: server(), timeout: "1m", observe: "20s" },
    inflict: ({ pair }) => pair.delete("pod", "with-sidecar"),
    told: {
      cause: "void",
      // Until it has gone, it is there as one that ended.
      sentence:
        /pod with-sidecar (was deleted or replaced|ended \(\w+\)) while it held connections/,
      ends: { withSidecar: null, withoutSidecar: null },
    },
  },
  "a probe that is restarted": {
    ...{ outside: server(), timeout: "1m", observe: "30s" },
    inflict: (scene) => endFrom(scene, "probe", "node", "-e", "process.kill(1)"),
    told: {
      cause: "void",
      sentence: /the probe restarted while it held connections/,
      ends: { withSidecar: null, withoutSidecar: null },
    },
  },
};
