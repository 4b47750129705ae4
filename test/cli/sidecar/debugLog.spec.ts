import assert from "node:assert/strict";

import type { MeasureRequest } from "../../../model/requests.ts";
import { measure } from "../../../cli/measure/run.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { runVerdict } from "../../../report/verdict.ts";
import { asked } from "../asked.ts";
import { evidenceLine, FakeCluster } from "../fakeCluster.ts";
import { measurement, runRecord } from "../records.ts";

const AS_THEY_WERE = {
  ...{ cache_filter: "warning", connection: "warning" },
  ...{ filter: "info", pool: "error" },
};
const RAISED = { cache_filter: "warning", connection: "debug", filter: "debug", pool: "debug" };

const debugLine = (id: number, text: string): string =>
  `2026-01-02T03:04:15.680Z\tdebug\tenvoy filter source/common/tcp_proxy/tcp_proxy.cc:1496\t` +
  `[Tags: "ConnectionId":"${id}"] ${text}\tthread=21`;

describe("the sidecar's debug log", () => {
  let cluster: FakeCluster;
  /** Levels at the time of the first question of a kind to a probe. */
  let levelsAt: Record<string, Record<string, string>>;

  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.probes.withSidecar.fate = { closesAfterMs: 10_001.6 };
    levelsAt = {};
    cluster.failure = (command) => {
      const verb = /client\.mjs (\w+)/.exec(command)?.[1];
      if (verb !== undefined) {
        levelsAt[verb] ??= { ...cluster.logLevels };
      }
      return undefined;
    };
    cluster.log = () =>
      [
        debugLine(20, "new tcp proxy session"),
        debugLine(21, "new tcp proxy session"),
        debugLine(20, "Session timed out"),
        evidenceLine({ connection_id: 20 }),
      ].join("\n");
  });

  const run = (changes: Partial<MeasureRequest> = {}) =>
    measure(asked("10s", { debugLog: true, ...changes }), cluster.world);

  it("is on while the connections are held, and given its level back", async () => {
    const { samples } = await run();
    assert.deepEqual(levelsAt.check, AS_THEY_WERE);
    assert.deepEqual(levelsAt.status, RAISED);
    assert.deepEqual(cluster.logLevels, AS_THEY_WERE);
    assert.deepEqual(samples[0]?.debugLog, [
      debugLine(20, "new tcp proxy session").replaceAll("\t", " "),
      debugLine(20, "Session timed out").replaceAll("\t", " "),
    ]);
    assert.equal(samples[1]?.debugLog, undefined);
  });

  it("is left alone where it is not asked for", async () => {
    const { samples } = await run({ debugLog: false });
    assert.deepEqual(levelsAt.status, AS_THEY_WERE);
    assert.equal(samples[0]?.debugLog, undefined);
    assert.ok(cluster.commands.every((command) => !command.includes("logging")));
  });

  it("is given its level back when no connection comes about", async () => {
    cluster.probes.withSidecar.answer = { state: "failed", error: "ECONNREFUSED" };
    await assert.rejects(run(), MeasureError);
    assert.deepEqual(levelsAt.start, RAISED);
    assert.deepEqual(cluster.logLevels, AS_THEY_WERE);
  });

  it("stays on while the run is left to itself, until its result is collected", async () => {
    await run({ waitMs: 4000 });
    assert.deepEqual(cluster.logLevels, RAISED);
    await cluster.clock.sleep(20_000);
    const { samples } = await run();
    assert.deepEqual(cluster.logLevels, AS_THEY_WERE);
    assert.equal(samples[0]?.debugLog?.length, 2);
  });

  it("is given the level back that it had before a client was killed", async () => {
    // Killed after it had raised the levels, and before any connection stood.
    const killed = new Error("killed");
    const { undo } = cluster.world;
    const dying = {
      ...cluster.world,
      kubectl: async (args: readonly string[], options?: object) => {
        if (args.includes("start")) {
          throw killed;
        }
        return undo(args, options);
      },
      undo: () => Promise.reject(killed),
    };
    await assert.rejects(measure(asked("10s", { debugLog: true }), dying), killed);
    assert.deepEqual(cluster.logLevels, RAISED);
    await run();
    assert.deepEqual(cluster.logLevels, AS_THEY_WERE);
  });

  it("says so where the level can't be given back, and keeps the result", async () => {
    const { failure } = cluster;
    cluster.failure = (command) =>
      command.includes("filter:info") ? "container not found" : failure(command);
    const { samples } = await run();
    assert.equal(samples.length, 2);
    assert.equal(
      cluster.reported.at(-1),
      "the log levels of the sidecar of pod with-0 are not restored: container not found",
    );
  });

  it("proves an idle timeout where the access log does not tell", () => {
    const lines = [debugLine(20, "Session timed out")];
    const silent = {
      durationMs: 10_001,
      responseFlags: "-",
      upstreamCluster: "PassthroughCluster",
    };
    const verdictOn = (debugLog: string[]) => {
      const [, control] = runRecord().samples;
      const subject = measurement({ proxy: silent, debugLog });
      return runVerdict(runRecord({ samples: [subject, control!] }));
    };
    const { cause, evidence } = verdictOn(lines);
    assert.equal(cause, "idleTimeout");
    assert.ok(evidence.includes("sidecar's debug log: Session timed out"));
    assert.notEqual(verdictOn([debugLine(20, "closing socket")]).cause, "idleTimeout");
  });
});
