import assert from "node:assert/strict";
import { testResults } from "../../../report/testResults.ts";
import { oneCase, portOf, server } from "./case.ts";
import type { Cases, Outside } from "./case.ts";
import { OutsideServer } from "./outsideServer.ts";
import { TwoServers } from "./twoServers.ts";

/** Two endpoints without a name for what is spoken there: one says nothing, the other closes. */
async function twoEndpoints(): Promise<Outside> {
  const servers = [
    await OutsideServer.start(),
    await OutsideServer.start({ afterMs: 5_000, act: "end" }),
  ];
  return {
    endpoint: servers.map(({ endpoint }) => endpoint).join(","),
    remove: () => Promise.all(servers.map((one) => one.remove())),
  };
}

/** Several connections, endpoints or addresses at once. */
export const SEVERAL_CASES: Cases = {
  "one of many connections that ends without a sidecar too": oneCase({
    ...{ outside: server(), timeout: "8s", observe: "12s", connections: 4 },
    inflict: async ({ pair, outside }) => {
      outside.end(await pair.portWithoutSidecar(portOf(outside)));
    },
    told: {
      cause: "droppedWithoutSidecarToo",
      sentence:
        /^1 of 4 connections of the pod without a sidecar ended too, the first of them \(repetition 1, connection [1-4]\)/,
      ends: { withSidecar: 8, withoutSidecar: 0 },
      lateness: 8,
    },
  }),
  "the idle timeout of a name with two addresses": oneCase({
    ...{ outside: (name) => TwoServers.start(name), timeout: "8s", observe: "12s" },
    inflict: async ({ outside }) => {
      assert.deepEqual(await outside.connections(), [2, 0], "both pods connect to the same server");
    },
    told: {
      cause: "idleTimeout",
      sentence: /closed the connection because nothing was sent for its idle timeout of 8s/,
      ends: { withSidecar: 8, withoutSidecar: null },
    },
    untold: { sentence: /^According to the sidecar's counter, its idle timeout of 8s/ },
  }),
  "a server that closes beside one that does not": {
    ...{ outside: twoEndpoints, timeout: "8s", observe: "12s" },
    told: {
      cause: "idleTimeout",
      sentence: /closed the connection because nothing was sent for its idle timeout of 8s/,
    },
    untold: { sentence: /^According to the sidecar's counter, its idle timeout of 8s/ },
    check: (run) => {
      const [silent, closing] = testResults(run);
      assert.deepEqual(silent?.withSidecar.causes, { idleTimeout: 1 });
      assert.equal(silent.withoutSidecar.open, 1);
      // The one count of all connections to unknown hosts rose, so that a sidecar without reasons leaves it open, and
      // only the pod without a sidecar tells.
      const told = run.samples[0]?.proxy?.closeReason !== undefined;
      assert.equal(closing?.verdict, told ? "serverClosed" : "droppedWithoutSidecarToo");
      assert.ok((closing.withSidecar.longestSeconds ?? Infinity) < 7.5);
    },
  },
};
