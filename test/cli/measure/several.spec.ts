import assert from "node:assert/strict";

import type { RunRecord } from "../../../model/record.ts";
import { compareRun, comparisonRows, deviation } from "../../../report/comparison.ts";
import { measure } from "../../../cli/measure/run.ts";
import { disconnectSeconds, summaryLines } from "../../../report/summary.ts";
import { testResults } from "../../../report/testResults.ts";
import { packRecord, unpackRecord } from "../../../model/packedRecord.ts";
import { asked } from "../asked.ts";
import { evidenceLine, FakeCluster } from "../fakeCluster.ts";
import { control, measurement, runRecord } from "../records.ts";

const REDIS = { middleware: "redis", endpoint: { host: "10.0.0.5", port: 6379 } } as const;
const MYSQL = { middleware: "mysql", endpoint: { host: "10.0.0.5", port: 3306 } } as const;

describe("measure with several tests", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.probes.withSidecar.fate = { closesAfterMs: 10_001.6 };
    // One for each port that the probe with a sidecar uses.
    cluster.log = () =>
      Array.from({ length: 8 }, (_none, nth) =>
        evidenceLine({
          source: `10.244.0.28:${54_176 + nth}`,
          destination: `10.0.0.5:${nth < 4 ? 6379 : 3306}`,
          duration_ms: 10_000 + nth,
        }),
      ).join("\n");
  });

  const run = (): Promise<RunRecord> =>
    measure(
      asked("10s", { targets: [REDIS, MYSQL], modes: ["ping", "silent"], connections: 2 }),
      cluster.world,
    );

  it("asks both probes for every endpoint in every mode", async () => {
    await run();
    const [, , [, request = ""] = []] = cluster.probes.withoutSidecar.asked;
    assert.deepEqual(JSON.parse(request), {
      ...{ run: "1-a", observeMs: 14_000, connections: 2, repetitions: 1 },
      tests: [
        { middleware: "redis", host: "10.0.0.5", port: 6379, mode: "ping", everyMs: 5000 },
        { middleware: "redis", host: "10.0.0.5", port: 6379, mode: "silent" },
        { middleware: "mysql", host: "10.0.0.5", port: 3306, mode: "ping", everyMs: 5000 },
        { middleware: "mysql", host: "10.0.0.5", port: 3306, mode: "silent" },
      ],
    });
    assert.deepEqual(
      cluster.probes.withoutSidecar.asked.slice(0, 2).map(([, target = ""]) => JSON.parse(target)),
      [
        { middleware: "redis", host: "10.0.0.5", port: 6379 },
        { middleware: "mysql", host: "10.0.0.5", port: 3306 },
      ],
    );
  });

  it("says what applies to each endpoint, and how many connections are still open", async () => {
    await run();
    const applied = "10s at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp";
    assert.deepEqual(cluster.reported, [
      `effective idle timeout for 10.0.0.5:6379: ${applied}, cluster PassthroughCluster`,
      `effective idle timeout for 10.0.0.5:3306: ${applied}, cluster PassthroughCluster`,
      "with sidecar: 8 of 8 open for 0 s, at most 14 s left",
      "without sidecar: 8 of 8 open for 0 s, at most 14 s left",
      "with sidecar: redis ping: 2 open for >= 14 s (lower bound)",
      "with sidecar: redis silent: 2 closed, after 10.002 s (FIN) to 10.002 s (FIN)",
      "with sidecar: mysql ping: 2 open for >= 14 s (lower bound)",
      "with sidecar: mysql silent: 2 closed, after 10.002 s (FIN) to 10.002 s (FIN)",
      "without sidecar: redis ping: 2 open for >= 14 s (lower bound)",
      "without sidecar: redis silent: 2 open for >= 14 s (lower bound)",
      "without sidecar: mysql ping: 2 open for >= 14 s (lower bound)",
      "without sidecar: mysql silent: 2 open for >= 14 s (lower bound)",
    ]);
  });

  it("finds the sidecar's word on each connection, and a verdict on each test", async () => {
    const record = await run();
    assert.deepEqual(
      record.samples.map(({ proxy }) => proxy?.durationMs),
      [10_000, 10_001, 10_002, 10_003, 10_004, 10_005, 10_006, 10_007, ...Array(8).fill(undefined)],
    );
    assert.deepEqual(disconnectSeconds(record), { withSidecar: 10.002, withoutSidecar: null });
    assert.deepEqual(
      testResults(record).map(({ middleware, mode, verdict, withSidecar, withoutSidecar }) => [
        ...[middleware, mode, verdict],
        ...[withSidecar.open, withSidecar.longestSeconds, withoutSidecar.open],
      ]),
      [
        ["redis", "ping", "stillOpen", 2, null, 2],
        ["redis", "silent", "idleTimeout", 0, 10.002, 2],
        ["mysql", "ping", "stillOpen", 2, null, 2],
        ["mysql", "silent", "idleTimeout", 0, 10.002, 2],
      ],
    );
    assert.equal(deviation(compareRun("x", record), 10), undefined);
    assert.deepEqual(
      comparisonRows(compareRun("x", record)).map((row) => row.slice(3, 6)),
      [
        ["10s (redis ping)", "open", "2 open >= 14 s"],
        ["10s (redis silent)", "10s", "2 closed, 10.002 s (FIN) to 10.002 s (FIN)"],
        ["10s (mysql ping)", "open", "2 open >= 14 s"],
        ["10s (mysql silent)", "10s", "2 closed, 10.002 s (FIN) to 10.002 s (FIN)"],
      ],
    );
  });
});

describe("a record of several connections", () => {
  const use = { firstWrite: "ok", read: "end", secondWrite: "EPIPE" };
  const idleLimit = { setting: "wait_timeout", ms: 28_800_000 };
  const several = runRecord({
    samples: [
      measurement({ use, idleLimit }),
      measurement({ connection: 2, heldMs: 9000, proxy: null }),
      measurement({ connection: 3, voidReasons: ["the sidecar restarted"] }),
      control(),
      control({ connection: 2 }),
      control({ connection: 3 }),
    ],
  });

  it("is summed up by test", () => {
    assert.deepEqual(summaryLines(several).slice(2), [
      "with sidecar: 3 closed, after 9.000 s (FIN) to 10.002 s (FIN), proxy within 1 ms",
      "  first use (1x): write ok, read end, next write EPIPE",
      "  server's own limit on idle connections (1x): wait_timeout 8h",
      "  void (1x): the sidecar restarted",
      "without sidecar: 3 open for >= 14 s (lower bound)",
      "verdict: idle timeout. The sidecar closed the connection because nothing was sent for its idle timeout of 10s.",
    ]);
  });

  it("tells of connections that ended otherwise than the first", () => {
    const [{ withSidecar, verdict }] = testResults(several) as [ReturnType<typeof testResults>[0]];
    assert.equal(verdict, "idleTimeout");
    assert.deepEqual(withSidecar.causes, { idleTimeout: 1, unknown: 1, void: 1 });
    assert.match(
      deviation(compareRun("x", several), 10) ?? "",
      /^the sidecar should have closed the connection after 10\.000 s: The connection ended, and/,
    );
  });

  it("is packed where it is long, into lines that are short", () => {
    const samples = Array.from({ length: 400 }, (_none, nth) =>
      measurement({ connection: nth + 1 }),
    );
    const record = runRecord({ samples });
    const text = packRecord(record);
    assert.ok(text.length < JSON.stringify(record).length / 10);
    assert.ok(text.split("\n").every((line) => line.length < 200));
    assert.deepEqual(unpackRecord(text), record);
    assert.equal(packRecord(several), JSON.stringify(several, undefined, 2));
  });
});
