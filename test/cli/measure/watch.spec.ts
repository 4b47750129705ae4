import assert from "node:assert/strict";
import type { HoldingStatus, ProbeStatus } from "../../../app/probe/sample.ts";
import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import type { ProbeClient } from "../../../cli/cluster/probeClient.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { watch } from "../../../cli/measure/watch.ts";
import type { RunRecord } from "../../../model/record.ts";
import type { FakeCluster } from "../fakeCluster.ts";
import { closingCluster, measureOn, refusalOn } from "../measuring.ts";
import { SAMPLE } from "../records.ts";
import { VirtualClock } from "../virtualClock.ts";

type Json = Record<string, unknown>;

const OBSERVE_MS = 14_000;
const SEEN: HoldingStatus = {
  ...{ state: "holding", heldMs: 4000, repetitionsLeft: 0 },
  ...{ held: [{ ...SAMPLE, heldMs: 4000 }], samples: [] },
};

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
      assert.equal(record.runningUntil, undefined);
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

describe("a run whose probe can't be reached", () => {
  /** When the client gives up a probe that answers until a time, in ms of its clock. */
  async function givenUpAtMs(answersUntilMs: number, repetitions: number): Promise<number> {
    const clock = new VirtualClock();
    const refuse = (): Promise<never> => Promise.reject(new KubectlError(["exec"], "refused"));
    const pod = { kind: "withSidecar", name: "with-0", uid: "u", proxyRestarts: 0 } as const;
    const status = async (_run: string, waitMs: number): Promise<ProbeStatus> => {
      if (clock.nowMs() >= answersUntilMs) {
        return refuse();
      }
      await clock.sleep(waitMs);
      return SEEN;
    };
    const world = { clock, kubectl: refuse, report: () => undefined };
    const watched = { run: "1-a", observeMs: OBSERVE_MS, repetitions, expectedMs: 0 };
    await assert.rejects(
      watch(world, { pod, status } as unknown as ProbeClient, SEEN, {
        ...{ ...watched, timelapse: 1, detachAtMs: Infinity },
      }),
      (error: unknown) =>
        error instanceof MeasureError && error.message.includes("can't be reached any more"),
    );
    return clock.nowMs();
  }

  it("is given up a minute after the window that it was last seen in", async () => {
    assert.equal(await givenUpAtMs(0, 1), 72_000);
  });

  it("is not given up earlier because the logins of its repetitions took long", async () => {
    // It was asked last after 99 s, with 10 s to go: long after two windows would have ended without logins.
    assert.equal(await givenUpAtMs(90_000, 2), 99_000 + 72_000);
  });
});
