import assert from "node:assert/strict";

import type { HoldingStatus } from "../../../app/probe/sample.ts";
import type { RunRecord } from "../../../model/record.ts";
import type { MeasureRequest } from "../../../model/requests.ts";
import { measure } from "../../../cli/measure/run.ts";
import { findRunState } from "../../../cli/measure/detach.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { asked } from "../asked.ts";
import { evidenceLine, FakeCluster, RUN } from "../fakeCluster.ts";
import { dump, virtualOutbound } from "../listeners.ts";
import { SAMPLE } from "../records.ts";

const HOUR_MS = 3_600_000;

/** The time of so many ms after the connections were opened. */
function at(ms: number): string {
  return new Date(Date.parse(SAMPLE.connectedAt) + ms).toISOString();
}

const ASKED = asked("default", { observeMs: HOUR_MS + 300_000, waitMs: 300_000 });

describe("a run that its client leaves to itself", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.listeners = () => dump(virtualOutbound());
    cluster.probes.withSidecar.fate = { closesAfterMs: HOUR_MS + 9 };
    cluster.log = () => evidenceLine({ duration_ms: HOUR_MS + 7 });
  });

  const run = (changes: Partial<MeasureRequest> = {}): Promise<RunRecord> =>
    measure({ ...ASKED, ...changes }, cluster.world);
  const until = (atMs: number) => cluster.clock.sleep(atMs - cluster.clock.nowMs());
  const state = () => findRunState(cluster.world, RUN);
  /** How often the probes were told to start. */
  const starts = () => cluster.commands.filter((command) => command.includes("client.mjs start"));
  const ends = ({ samples }: RunRecord) =>
    samples.map(({ end, heldMs, running, voidReasons }) => ({ end, heldMs, running, voidReasons }));
  const open = (heldMs: number) => ({
    end: "open",
    heldMs,
    running: undefined,
    voidReasons: undefined,
  });

  it("is told as a lower bound when the client has waited", async () => {
    const record = await run();
    assert.equal(cluster.clock.nowMs(), 300_000);
    assert.equal(record.runningUntil, at(HOUR_MS + 300_000));
    assert.deepEqual(ends(record), [
      { ...open(300_000), running: true },
      { ...open(300_000), running: true },
    ]);
    assert.deepEqual(cluster.reported.slice(-2), [
      "with sidecar: open for 5m; it goes on in its pod, for at most 1h",
      "without sidecar: open for 5m; it goes on in its pod, for at most 1h",
    ]);
  });

  describe("goes on", () => {
    const connection = { ...SAMPLE, heldMs: 300_000 };
    const answers = (status: Omit<HoldingStatus, "state">): void => {
      for (const probe of Object.values(cluster.probes)) {
        probe.answer = { state: "holding", ...status };
      }
    };

    it("until its window ends, which begins with the login's end and not with the connection", async () => {
      answers({ heldMs: 295_000, repetitionsLeft: 0, held: [connection], samples: [] });
      assert.equal((await run()).runningUntil, at(HOUR_MS + 305_000));
    });

    it("for the windows of all repetitions that are left", async () => {
      const held = [{ ...connection, repetition: 2 }];
      answers({ heldMs: 299_000, repetitionsLeft: 2, held, samples: [SAMPLE] });
      const { runningUntil } = await run({ repetitions: 4 });
      assert.equal(runningUntil, at(3 * (HOUR_MS + 300_000) + 1000));
    });

    it("between two repetitions, when it holds no connection", async () => {
      answers({ heldMs: 300_000, repetitionsLeft: 1, held: [], samples: [connection] });
      const { runningUntil } = await run({ repetitions: 2 });
      assert.equal(runningUntil, at(300_000 + 2 * (HOUR_MS + 300_000) - 300_000));
    });
  });

  it("tells of progress and the time that is left", async () => {
    await run({ waitMs: 60_000 });
    assert.deepEqual(
      cluster.reported.filter((line) => line.startsWith("with sidecar")),
      [
        "with sidecar: open for 0 s, at most 1h5m left",
        "with sidecar: open for 25 s, at most 1h4m35s left",
        "with sidecar: open for 50 s, at most 1h4m10s left",
        "with sidecar: open for 1m; it goes on in its pod, for at most 1h4m",
      ],
    );
  });

  it("is collected without starting over, with the sidecar's word", async () => {
    await run();
    await until(HOUR_MS + 600_000);
    const record = await run();
    assert.equal(cluster.clock.nowMs(), HOUR_MS + 600_000);
    assert.deepEqual(ends(record), [{ ...open(HOUR_MS + 9), end: "fin" }, open(HOUR_MS + 300_000)]);
    assert.equal(record.runningUntil, undefined);
    assert.equal(record.samples[0]?.proxy?.durationMs, HOUR_MS + 7);
    assert.deepEqual(record.samples[0].notes, []);
    assert.equal(starts().length, 2);
  });

  it("is waited for again when it still runs", async () => {
    await run();
    await until(600_000);
    const record = await run();
    assert.equal(cluster.clock.nowMs(), 900_000);
    assert.deepEqual(ends(record)[1], { ...open(900_000), running: true });
    assert.equal(starts().length, 2);
  });

  it("keeps what one connection had come to when the client left", async () => {
    cluster.probes.withSidecar.fate = { closesAfterMs: 60_000 };
    cluster.log = () => evidenceLine({ duration_ms: 60_000 });
    const first = await run();
    assert.deepEqual(
      ends(first).map(({ end, running }) => ({ end, running })),
      [
        { end: "fin", running: undefined },
        { end: "open", running: true },
      ],
    );
    cluster.probes.withSidecar.answer = { state: "unknown" };
    await until(HOUR_MS + 600_000);
    assert.deepEqual(ends(await run())[0], { ...open(60_000), end: "fin" });
  });

  it("is not left when it is over at the end of the waiting", async () => {
    const record = await run({ observeMs: 300_000 });
    assert.deepEqual(ends(record), [open(300_000), open(300_000)]);
    assert.deepEqual(await state(), { state: "attended" });
  });

  it("is not left around the expected close", async () => {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "10s" }));
    cluster.probes.withSidecar.fate = { closesAfterMs: 10_001 };
    const record = await run({ timeout: "10s", waitMs: 9000 });
    assert.equal(record.samples[0]?.end, "fin");
  });

  it("has a sample that is void when its pod was evicted meanwhile", async () => {
    await run();
    const status = { phase: "Failed", reason: "Evicted", message: "low on memory" };
    cluster.pods[0] = cluster.pod("withSidecar", { status });
    cluster.failure = (command) =>
      command.includes("exec with-0") ? "container not found" : undefined;
    await until(HOUR_MS + 600_000);
    const record = await run();
    const reason = "pod with-0 ended (Evicted: low on memory) while it held connections";
    assert.deepEqual(ends(record), [
      { ...open(300_000), voidReasons: [reason] },
      open(HOUR_MS + 300_000),
    ]);
    assert.equal(record.runningUntil, undefined);
    assert.equal(starts().length, 2);
  });

  it("has a void sample when the filter chain was replaced while it was held", async () => {
    await run();
    await until(HOUR_MS + 600_000);
    const last_updated = "2026-01-02T04:04:05.000Z"; // 59 m 59 s after connecting
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "7200s" }, {}, last_updated));
    assert.deepEqual((await run()).samples[0]?.voidReasons, [
      "the filter chain was replaced while the connection was held",
    ]);
  });

  it("says that it does not know when the filter chain was replaced after the close", async () => {
    await run();
    await until(HOUR_MS + 600_000);
    const last_updated = "2026-01-02T04:14:05.000Z";
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "7200s" }, {}, last_updated));
    const [subject] = (await run()).samples;
    assert.equal(subject?.voidReasons, undefined);
    assert.deepEqual(subject?.notes, [
      "whether the sidecar changed meanwhile is unknown: its filter chain was replaced at " +
        "2026-01-02T04:14:05.000Z, and maybe before that too",
    ]);
  });

  it("is left although the cluster is away for a while at that moment", async () => {
    cluster.failure = (command) =>
      command.startsWith("apply") &&
      cluster.clock.nowMs() >= 300_000 &&
      cluster.clock.nowMs() < 320_000
        ? "refused"
        : undefined;
    assert.equal((await run()).runningUntil, at(HOUR_MS + 300_000));
    assert.equal(cluster.clock.nowMs(), 320_000);
    assert.deepEqual(await state(), { state: "running", leftMs: HOUR_MS - 20_000 });
  });

  it("can't be left when the cluster takes no note of it", async () => {
    cluster.failure = (command) =>
      command.startsWith("apply") && cluster.clock.nowMs() >= 300_000 ? "refused" : undefined;
    await assert.rejects(
      run(),
      new MeasureError(
        "the run goes on, but the cluster takes no note of it: kubectl apply --server-side: refused; " +
          "run pulumi up again",
      ),
    );
  });

  describe("and that was begun by a client that was killed", () => {
    /** The client that is killed waits for ever. */
    async function begun(atMs: number): Promise<void> {
      void run({ waitMs: Infinity }).catch(() => undefined);
      await until(atMs);
    }

    it("is taken up where it stands", async () => {
      await begun(60_000);
      const record = await run();
      assert.deepEqual(ends(record)[0], { ...open(360_000), running: true });
      assert.equal(starts().length, 2);
      assert.ok(cluster.reported.includes("resuming run 1-a, which was begun before"));
    });

    it("is judged by the configuration that it began with", async () => {
      await begun(60_000);
      cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "7200s" }));
      await until(HOUR_MS + 600_000);
      const record = await run();
      assert.equal(record.effective.idleTimeoutMs, HOUR_MS);
      assert.deepEqual(record.samples[0]?.voidReasons, [
        "the filter chain was replaced while the connection was held",
      ]);
    });

    it("is begun again when it was lost, as nobody was told of it", async () => {
      await begun(60_000);
      cluster.probes.withSidecar.answer = { state: "unknown" };
      await until(120_000);
      cluster.probes.withSidecar.spec = undefined;
      cluster.probes.withSidecar.answer = undefined;
      const record = await run();
      assert.deepEqual(ends(record)[0], { ...open(300_000), running: true });
      assert.equal(starts().length, 4);
    });
  });

  describe("is", () => {
    it("nobody's business before it begins", async () => {
      assert.deepEqual(await state(), { state: "attended" });
    });

    it("the business of its client while that waits", async () => {
      void run({ waitMs: Infinity }).catch(() => undefined);
      await until(60_000);
      assert.deepEqual(await state(), { state: "attended" });
    });

    it("running after that, for as long as one of the probes holds its connection", async () => {
      await run();
      await until(HOUR_MS + 60_000);
      assert.deepEqual(await state(), { state: "running", leftMs: 240_000 });
    });

    it("over when none does any more, however often that is asked", async () => {
      await run();
      await until(HOUR_MS + 600_000);
      assert.deepEqual(await state(), { state: "over" });
      await run();
      assert.deepEqual(await state(), { state: "over" });
    });

    it("over when both pods are gone", async () => {
      await run();
      cluster.pods = [];
      cluster.failure = (command) => (command.startsWith("exec") ? "not found" : undefined);
      assert.deepEqual(await state(), { state: "over" });
    });
  });
});
