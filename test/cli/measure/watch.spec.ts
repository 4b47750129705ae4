import assert from "node:assert/strict";
import type { RunRecord } from "../../../model/record.ts";
import type { FakeCluster } from "../fakeCluster.ts";
import { closingCluster, measureOn, refusalOn } from "../measuring.ts";

type Json = Record<string, unknown>;

describe("the watch over held connections", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = closingCluster();
  });

  it("asks again when an exec gets lost", async () => {
    let losses = 3;
    cluster.failure = (command) =>
      command.includes("with-0") && command.includes("client.mjs status") && losses-- > 0
        ? "error dialing backend"
        : undefined;
    assert.equal((await measureOn(cluster)).samples[0]?.heldMs, 10_001.6);
    assert.ok(
      cluster.reported.includes(
        "with sidecar: asking again (kubectl exec with-0: error dialing backend)",
      ),
    );
  });

  it("asks again when the API server is away altogether", async () => {
    cluster.failure = () =>
      cluster.clock.nowMs() > 0 && cluster.clock.nowMs() < 30_000 ? "refused" : undefined;
    void cluster.clock.sleep(1);
    assert.equal((await measureOn(cluster)).samples[0]?.heldMs, 10_001.6);
  });

  it("gives up a minute after the window", async () => {
    cluster.failure = (command) =>
      /with-0 .*client.mjs status/.test(command) ? "error dialing backend" : undefined;
    assert.equal(
      await refusalOn(cluster),
      "pod with-0 can't be reached any more: error dialing backend",
    );
    assert.equal(cluster.clock.nowMs(), 76_000);
  });

  /** A connection that was open when it was last asked for. */
  const lost = (reason: string, heldMs: number) => ({
    end: "open",
    heldMs,
    voidReasons: [reason],
  });

  function lostOf({ samples }: RunRecord, index: number) {
    const { end, heldMs, voidReasons } = samples[index]!;
    return { end, heldMs, voidReasons };
  }

  /** No question about this pod is answered any more from the second on. */
  function silence(pod: string, then: () => void): void {
    let asked = 0;
    cluster.failure = (command) => {
      if (!command.includes(`exec ${pod}`) || !command.includes("client.mjs status")) {
        return undefined;
      }
      if (asked++ === 0) {
        return undefined;
      }
      then();
      return "container not found";
    };
  }

  const gone: Record<string, { pod: () => Json | undefined; reason: string }> = {
    replaced: {
      pod: () => cluster.pod("withSidecar", { metadata: { uid: "another" } }),
      reason: "pod with-0 was deleted or replaced while it held connections",
    },
    "on its way out": {
      pod: () => cluster.pod("withSidecar", { metadata: { deletionTimestamp: "now" } }),
      reason: "pod with-0 was deleted or replaced while it held connections",
    },
    gone: {
      pod: () => undefined,
      reason: "pod with-0 was deleted or replaced while it held connections",
    },
    evicted: {
      pod: () =>
        cluster.pod("withSidecar", {
          status: { phase: "Failed", reason: "Evicted", message: "low on memory" },
        }),
      reason: "pod with-0 ended (Evicted: low on memory) while it held connections",
    },
  };
  for (const [what, { pod, reason }] of Object.entries(gone)) {
    it(`voids the sample of a pod that is ${what}, as a lower bound`, async () => {
      cluster.probes.withSidecar.fate = {};
      silence("with-0", () => {
        const found = pod();
        cluster.pods = [...(found ? [found] : []), cluster.pods.at(-1)!];
      });
      const record = await measureOn(cluster, { observeMs: 40_000, evidence: false });
      assert.deepEqual(lostOf(record, 0), lost(reason, 25_000));
      assert.equal(record.samples[1]?.end, "open");
      assert.equal(record.samples[1].voidReasons, undefined);
      assert.equal(record.running, undefined);
    });
  }

  it("voids the sample of a probe that restarted", async () => {
    void cluster.clock.sleep(5000).then(() => {
      cluster.probes.withoutSidecar.answer = {
        state: "failed",
        error: "the probe restarted while the connection was held",
      };
    });
    const record = await measureOn(cluster);
    assert.deepEqual(
      lostOf(record, 1),
      lost("the probe restarted while the connection was held", 0),
    );
    assert.equal(record.samples[0]?.end, "fin");
  });

  it("voids the sample of a probe whose records are gone", async () => {
    void cluster.clock.sleep(5000).then(() => {
      cluster.probes.withoutSidecar.answer = { state: "unknown" };
    });
    assert.deepEqual((await measureOn(cluster)).samples[1]?.voidReasons, [
      "the probe does not know of the connection any more",
    ]);
  });

  it("ends when a probe can't connect although the endpoint could be reached before", async () => {
    const error = "ECONNREFUSED 10.0.0.5:6379";
    cluster.probes.withoutSidecar.answer = { state: "failed", error };
    assert.equal(await refusalOn(cluster), `nothing was measured in pod without-0: ${error}`);
  });

  it("ends when a probe never takes the request", async () => {
    cluster.failure = (command) =>
      command.includes("without-0") && command.includes("client.mjs start")
        ? "probe: the probe does not answer"
        : undefined;
    assert.equal(
      await refusalOn(cluster),
      "the probe in pod without-0 can't be started: kubectl exec without-0: probe: the probe does not answer",
    );
  });
});
