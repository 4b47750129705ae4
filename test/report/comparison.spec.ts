import assert from "node:assert/strict";
import type { RunRecord } from "../../model/record.ts";
import {
  COMPARISON_HEADER,
  compareRun,
  comparisonRows,
  deviation,
} from "../../report/comparison.ts";
import { control, DEFAULT_OPEN, LAPSED, measurement, runRecord } from "../cli/records.ts";

describe("a row of the comparison", () => {
  it("has a cell for each title", () => {
    const row = comparisonRows(compareRun("10s", runRecord()))[0]!;
    assert.equal(row.length, COMPARISON_HEADER.length);
    assert.deepEqual(row, [
      ...["10s", "1.31-dev", "1.40.0", "10s", "10s"],
      ...["10.002 s (FIN)", "open >= 14 s", "idle timeout"],
    ]);
  });

  it("expects a connection to be open whose window is shorter than the timeout", () => {
    assert.deepEqual(comparisonRows(compareRun("default", DEFAULT_OPEN))[0]!.slice(3), [
      ...["default", "open", "open >= 14 s", "open >= 14 s", "still open"],
    ]);
  });

  it("expects of a mesh as it is what its sidecar's configuration says", () => {
    const row = (record: RunRecord): string[] =>
      comparisonRows(compareRun("x", record))[0]!.slice(3, 5);
    assert.deepEqual(row(runRecord({ timeout: "asIs" })), ["asIs", "10s"]);
    assert.deepEqual(row({ ...DEFAULT_OPEN, timeout: "asIs" }), ["asIs", "open"]);
  });

  it("says of every time-lapse that it is one", () => {
    assert.deepEqual(comparisonRows(compareRun("x", LAPSED))[0]!.slice(3), [
      ...["default", "1h at x360", "3600.319 s at x360 (10.001 s of wall time, FIN)"],
      ...["open >= 14 s", "idle timeout"],
    ]);
  });

  it("has a dash for a sample that is missing", () => {
    const record = runRecord({ samples: [measurement()] });
    assert.deepEqual(comparisonRows(compareRun("x", record))[0]!.slice(6), ["-", "void"]);
  });
});

describe("a deviation", () => {
  const found = (record: RunRecord, toleranceMs = 10): string | undefined =>
    deviation(compareRun("x", record), toleranceMs);

  it("is none for what the configuration lets expect", () => {
    assert.equal(found(runRecord()), undefined);
    assert.equal(found(DEFAULT_OPEN), undefined);
    assert.equal(found(LAPSED), undefined);
  });

  it("is a close that is off by more than the tolerance", () => {
    assert.equal(found(runRecord(), 2), undefined);
    assert.equal(
      found(runRecord(), 1),
      "closed after 10.002 s, which is 0.002 s off 10.000 s, more than 1ms",
    );
  });

  it("counts from the last byte on", () => {
    const samples = [measurement({ heldMs: 13_000, lastByteMs: 3000 }), control()];
    assert.equal(found(runRecord({ samples })), undefined);
  });

  it("is a connection that should have been closed, or should not have been", () => {
    const open = [measurement({ end: "open", heldMs: 14_000, proxy: null }), control()];
    assert.match(
      found(runRecord({ samples: open })) ?? "",
      /^the sidecar should have closed the connection after 10\.000 s: The connection was still open/,
    );
    assert.match(
      found({ ...DEFAULT_OPEN, samples: runRecord().samples }) ?? "",
      /^it should have stayed open: The sidecar closed/,
    );
  });

  it("is a run that goes on, whatever is known so far", () => {
    const running = { ...DEFAULT_OPEN, runningUntil: "2026-01-02T03:04:19.678Z" } as const;
    assert.match(found(running) ?? "", /^it is still being measured/);
  });

  it("is a sample that is missing", () => {
    assert.match(found(runRecord({ samples: [] })) ?? "", /^There is no figure/);
  });
});
