import assert from "node:assert/strict";
import { runVerdict } from "../../../report/verdict.ts";
import type { FakeCluster } from "../fakeCluster.ts";
import { closingCluster, measureOn } from "../measuring.ts";

describe("the sidecar's count of idle timeouts", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = closingCluster();
  });

  beforeEach(() => {
    cluster.idleTimeouts = () => (cluster.clock.nowMs() < 10_000 ? 3 : 4);
  });

  it("is read before the connections stand and after the end", async () => {
    const { samples } = await measureOn(cluster);
    assert.deepEqual(
      samples.map(({ idleTimeouts }) => idleTimeouts),
      [{ name: "tcp.PassthroughCluster.idle_timeout", before: 3, after: 4, due: 1 }, undefined],
    );
  });

  it("names the cause where the log is not asked for one", async () => {
    const record = await measureOn(cluster, { evidence: false });
    assert.deepEqual(record.samples[0]?.proxy, null);
    const { cause, evidence } = runVerdict(record);
    assert.equal(cause, "idleTimeout");
    assert.ok(
      evidence.includes(
        "sidecar's count tcp.PassthroughCluster.idle_timeout: 3 before, 4 after, 1 ended in time",
      ),
    );
  });

  it("is not asked for again of a connection that was open to the last", async () => {
    cluster.probes.withSidecar.fate = {};
    const { samples } = await measureOn(cluster);
    assert.ok(!samples.some((sample) => "idleTimeouts" in sample));
    assert.equal(cluster.commands.filter((command) => command.includes(" stats?")).length, 1);
  });

  it("is no proof of anything where the sidecar was started again after the connection's end", async () => {
    cluster.idleTimeouts = () => 0;
    void cluster.clock.sleep(9000).then(() => {
      const terminated = { finishedAt: "2026-01-02T03:05:00Z", reason: "Error", exitCode: 137 };
      const containerStatuses = [
        { name: "istio-proxy", restartCount: 1, lastState: { terminated } },
      ];
      cluster.pods[0] = cluster.pod("withSidecar", { status: { containerStatuses } });
    });
    cluster.log = () => "";
    const { samples } = await measureOn(cluster);
    assert.ok(!samples.some((sample) => "idleTimeouts" in sample));
  });

  it("is gone without where it can't be read", async () => {
    cluster.failure = (command) => (command.includes(" stats?") ? "gone" : undefined);
    const record = await measureOn(cluster);
    assert.ok(!record.samples.some((sample) => "idleTimeouts" in sample));
    assert.equal(runVerdict(record).cause, "idleTimeout");
  });
});
