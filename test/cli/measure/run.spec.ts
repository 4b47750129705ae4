import assert from "node:assert/strict";
import type { ProbeSpec } from "../../../app/probe/sample.ts";
import type { FakeCluster } from "../fakeCluster.ts";
import { RUN } from "../fakeCluster.ts";
import { dump, virtualOutbound } from "../listeners.ts";
import { closingCluster, EFFECTIVE, measureOn } from "../measuring.ts";

const SPEC: ProbeSpec = {
  ...{ run: RUN, observeMs: 14_000, connections: 1, repetitions: 1 },
  tests: [{ middleware: "tcp", host: "10.0.0.5", port: 6379, mode: "silent" }],
};

describe("measure", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = closingCluster();
  });

  it("records both connections, the configuration behind them and the sidecar's own word", async () => {
    assert.deepEqual(await measureOn(cluster), {
      schemaVersion: 1,
      run: "1-a",
      endpoint: "10.0.0.5:6379",
      timeout: "10s",
      observeMs: 14_000,
      effective: {
        idleTimeoutMs: 10_000,
        source: "configured",
        listener: "virtualOutbound",
        filterChain: "virtualOutbound-catchall-tcp",
        cluster: "PassthroughCluster",
      },
      targets: [
        {
          middleware: "tcp",
          endpoint: "10.0.0.5:6379",
          effective: {
            idleTimeoutMs: 10_000,
            source: "configured",
            listener: "virtualOutbound",
            filterChain: "virtualOutbound-catchall-tcp",
            cluster: "PassthroughCluster",
          },
        },
      ],
      istioVersion: "1.31-dev",
      envoyVersion: "1.40.0",
      samples: [
        {
          probe: "withSidecar",
          pod: "with-0",
          middleware: "tcp",
          mode: "silent",
          repetition: 1,
          connection: 1,
          host: "10.0.0.5",
          port: 6379,
          localPort: 54_176,
          localAddress: "10.244.0.28",
          remoteAddress: "10.0.0.5",
          connectedAt: "2026-01-02T03:04:05.678Z",
          heldMs: 10_001.6,
          end: "fin",
          proxy: {
            durationMs: 10_001,
            responseFlags: "-",
            closeReason: "tcp_session_idle_timeout",
            upstreamClose: "Normal",
            upstreamLocal: "10.244.0.28:54190",
            upstreamCluster: "PassthroughCluster",
          },
          notes: [],
        },
        {
          probe: "withoutSidecar",
          pod: "without-0",
          middleware: "tcp",
          mode: "silent",
          repetition: 1,
          connection: 1,
          host: "10.0.0.5",
          port: 6379,
          localPort: 40_000,
          localAddress: "10.244.0.28",
          remoteAddress: "10.0.0.5",
          connectedAt: "2026-01-02T03:04:05.678Z",
          heldMs: 14_000,
          end: "open",
          proxy: null,
          notes: [],
        },
      ],
      notes: [],
    });
    assert.deepEqual(cluster.reported, [
      `effective idle timeout for 10.0.0.5:6379: 10s ${EFFECTIVE}`,
      "with sidecar: open for 0 s, at most 14 s left",
      "without sidecar: open for 0 s, at most 14 s left",
      "with sidecar: closed after 10.002 s (FIN)",
      "without sidecar: open for >= 14 s (lower bound)",
    ]);
  });

  for (const [idle, watched] of [
    ["30s", "14s"],
    ["14s", "14s"],
    ["0s", "14s"],
  ] as const) {
    it(`says before the wait that ${watched} are too short to see ${idle}`, async () => {
      cluster.listeners = () => dump(virtualOutbound({ idle_timeout: idle }));
      await measureOn(cluster, { timeout: idle });
      assert.match(
        cluster.reported[0] ?? "",
        new RegExp(
          `PassthroughCluster; watched for ${watched} only, so that "open" is a lower bound$`,
        ),
      );
    });
  }

  it("gives both probes the same spec, and asks each of them once until its end", async () => {
    await measureOn(cluster);
    const spec = JSON.stringify(SPEC);
    assert.deepEqual(cluster.probes.withSidecar.asked, [
      ["start", spec],
      ["status", "1-a", "15000"],
    ]);
    assert.deepEqual(cluster.probes.withoutSidecar.asked, [
      ["check", '{"middleware":"tcp","host":"10.0.0.5","port":6379}'],
      ["start", spec],
      ["status", "1-a", "15000"],
      ["check", '{"middleware":"tcp","host":"10.0.0.5","port":6379}'],
    ]);
  });

  it("takes an interrupted measurement up where it stands", async () => {
    await cluster.probes.withSidecar.run(["start", JSON.stringify(SPEC)]);
    await cluster.probes.withoutSidecar.run(["start", JSON.stringify(SPEC)]);
    await cluster.clock.sleep(12_000);
    const { samples } = await measureOn(cluster);
    assert.deepEqual(
      samples.map(({ heldMs, end }) => ({ heldMs, end })),
      [
        { heldMs: 10_001.6, end: "fin" },
        { heldMs: 14_000, end: "open" },
      ],
    );
    assert.equal(cluster.clock.nowMs(), 14_000);
  });
});
