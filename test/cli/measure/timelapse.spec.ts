import assert from "node:assert/strict";
import type { Measurement, RunRecord } from "../../../model/record.ts";
import type { MeasureRequest } from "../../../model/requests.ts";
import { compareRun, comparisonRows } from "../../../report/comparison.ts";
import { measure } from "../../../cli/measure/run.ts";
import { disconnectSeconds, summaryLines } from "../../../report/summary.ts";
import { asked } from "../asked.ts";
import { evidenceLine, FakeCluster } from "../fakeCluster.ts";
import { dump, virtualOutbound } from "../listeners.ts";

const ASKED = asked("default", { timelapse: 360 });

const AT =
  "at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster PassthroughCluster";

describe("a time-lapse", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.listeners = () => dump(virtualOutbound({}));
    cluster.probes.withSidecar.fate = { closesAfterMs: 10_001.6 };
    cluster.log = () => evidenceLine({ duration_ms: 3_600_319 });
  });

  const run = (changes: Partial<MeasureRequest> = {}): Promise<RunRecord> =>
    measure({ ...ASKED, ...changes }, cluster.world);

  const subjectOf = ({ samples }: RunRecord): Measurement => {
    const [subject] = samples;
    assert.equal(subject?.probe, "withSidecar");
    return subject;
  };

  it("is recorded with its factor, the proxy's time and the wall time", async () => {
    const record = await run();
    assert.deepEqual(record.timelapse, { factor: 360 });
    const subject = subjectOf(record);
    assert.deepEqual(subject.timelapse, { factor: 360, proxyMs: 3_600_319, wallMs: 10_001.6 });
    assert.equal(subject.proxy?.durationMs, 3_600_319);
    assert.equal(subject.heldMs, 10_001.6);
    assert.deepEqual(subject.notes, []);
    assert.equal(record.samples[1] && "timelapse" in record.samples[1], false);
  });

  it("is told apart from real time while people wait", async () => {
    await run();
    assert.deepEqual(cluster.reported, [
      `effective idle timeout for 10.0.0.5:6379: 1h (Envoy's default) ${AT}; its clock runs x360, so ` +
        "that this takes 10.000 s of wall time",
      "with sidecar (wall time, its clock at x360): open for 0 s, at most 14 s left",
      "without sidecar: open for 0 s, at most 14 s left",
      "with sidecar (wall time, its clock at x360): closed after 10.002 s (FIN)",
      "without sidecar: open for >= 14 s (lower bound)",
    ]);
  });

  it("asks nothing of the pods around the expected close, which is in wall time", async () => {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "37440s" }));
    cluster.probes.withSidecar.fate = { closesAfterMs: 104_000 };
    await run({
      timeout: "10h24m",
      observeMs: 200_000,
    });
    const waits = cluster.probes.withSidecar.asked.slice(1).map(([, , wait]) => wait);
    assert.deepEqual(waits, ["25000", "25000", "25000", "30000"]);
  });

  it("carries all three wherever its figure is shown", async () => {
    const record = await run();
    assert.deepEqual(disconnectSeconds(record), {
      withSidecar: { timelapse: 360, proxySeconds: 3600.319, wallSeconds: 10.002 },
      withoutSidecar: null,
    });
    assert.deepEqual(summaryLines(record).slice(1), [
      `effective idle timeout: 1h (Envoy's default) ${AT}`,
      "time-lapse: the sidecar's clock ran x360; what is not marked so is wall time",
      "with sidecar: closed after 3600.319 s at x360 (10.002 s of wall time, FIN), proxy: 3600.319 s at " +
        "x360, tcp_session_idle_timeout",
      "without sidecar: open for >= 14 s (lower bound)",
      "verdict: idle timeout. The sidecar closed the connection because nothing was sent for its idle timeout " +
        "of 1h (Envoy's default).",
    ]);
    assert.deepEqual(comparisonRows(compareRun("default-x360", record))[0]!, [
      ...["default-x360", "1.31-dev", "1.40.0", "default", "1h at x360"],
      ...["3600.319 s at x360 (10.002 s of wall time, FIN)", "open >= 14 s", "idle timeout"],
    ]);
  });

  it("shows a lower bound in both times", async () => {
    cluster.probes.withSidecar.fate = {};
    cluster.log = () => evidenceLine({ duration_ms: 2_880_700, close_reason: "-" });
    const record = await run({ observeMs: 8000 });
    assert.deepEqual(subjectOf(record).notes, []);
    assert.deepEqual(disconnectSeconds(record), { withSidecar: null, withoutSidecar: null });
    assert.equal(
      summaryLines(record)[3],
      "with sidecar: open for >= 2880.7 s at x360 (8 s of wall time) (lower bound)",
    );
  });

  it("expects an idle timeout from the last byte on", async () => {
    const end = { lastByteMs: 400, heldMs: 10_401 };
    cluster.probes.withSidecar.fate = { closesAfterMs: 10_401, end };
    cluster.log = () => evidenceLine({ duration_ms: 3_744_360 });
    const { notes } = subjectOf(await run());
    assert.deepEqual(notes, [
      "data was sent until 0.400 s after connecting: the connection was idle only from then on",
    ]);
  });

  describe("is void", () => {
    it("when the proxy's duration is off by more than 50 ms of wall time", async () => {
      const reasonsAt = async (durationMs: number): Promise<string[] | undefined> => {
        cluster = new FakeCluster();
        cluster.listeners = () => dump(virtualOutbound({}));
        cluster.probes.withSidecar.fate = { closesAfterMs: durationMs / 360 };
        cluster.log = () => evidenceLine({ duration_ms: durationMs });
        return subjectOf(await run()).voidReasons;
      };
      assert.equal(await reasonsAt(3_618_000), undefined);
      assert.equal(await reasonsAt(3_582_000), undefined);
      assert.deepEqual(await reasonsAt(3_618_001), [
        "the sidecar held the connection for 3618.001 s at x360, which is more than 50 ms of wall " +
          "time off its idle timeout of 1h",
      ]);
      assert.match(String(await reasonsAt(3_581_999)), /^the sidecar held .* 3581\.999 s at x360/);
    });

    it("when the clock did not run at that speed", async () => {
      cluster.log = () => evidenceLine({ duration_ms: 10_001 });
      assert.deepEqual(subjectOf(await run()).voidReasons, [
        "the sidecar's clock did not run at x360: it counted 10.001 s in 10.002 s of wall time",
      ]);
    });

    it("likewise where the connection was still open", async () => {
      cluster.probes.withSidecar.fate = {};
      cluster.log = () => evidenceLine({ duration_ms: 8001, close_reason: "-" });
      assert.deepEqual(subjectOf(await run({ observeMs: 8000 })).voidReasons, [
        "the sidecar's clock did not run at x360: it counted 8.001 s in 8.000 s of wall time",
      ]);
    });

    it("but not where the endpoint took its time to close its side of an open one", async () => {
      cluster.probes.withSidecar.fate = {};
      // 80 ms of wall time longer: a round trip to the endpoint.
      cluster.log = () => evidenceLine({ duration_ms: 8080 * 360, close_reason: "-" });
      assert.equal(subjectOf(await run({ observeMs: 8000 })).voidReasons, undefined);
    });

    it("without the proxy's own word", async () => {
      cluster.log = () => "";
      const record = await run();
      assert.deepEqual(subjectOf(record).timelapse, {
        factor: 360,
        proxyMs: null,
        wallMs: 10_001.6,
      });
      assert.deepEqual(subjectOf(record).notes, [
        "the sidecar's access log has no entry of this connection, so its own duration and reason are " +
          "unknown",
      ]);
      assert.deepEqual(subjectOf(record).voidReasons, [
        "without the sidecar's own duration a time-lapse says nothing",
      ]);
      assert.equal(
        comparisonRows(compareRun("x", record))[0]![5],
        "? s at x360 (10.002 s of wall time, FIN)",
      );
    });

    it("which is not said where the connection is open and the entry may be still to come", async () => {
      cluster.probes.withSidecar.fate = {};
      cluster.log = () => "";
      const record = await run({ observeMs: 8000 });
      assert.deepEqual(subjectOf(record).notes, [
        "whether the sidecar's clock ran at x360 is unknown: its log has no entry yet",
      ]);
      assert.equal(
        comparisonRows(compareRun("x", record))[0]![5],
        "open >= ? s at x360 (8 s of wall time)",
      );
    });
  });

  it("never closes with a timeout that is off", async () => {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "0s" }));
    cluster.probes.withSidecar.fate = {};
    cluster.log = () => evidenceLine({ duration_ms: 5_040_300, close_reason: "-" });
    const record = await run({ timeout: "off" });
    assert.deepEqual(subjectOf(record).notes, []);
    assert.match(cluster.reported[0] ?? "", /; its clock runs x360; watched for 14s only/);
  });
});
