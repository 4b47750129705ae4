import assert from "node:assert/strict";

import { compareRun } from "../../../report/comparison.ts";
import { CONNECTION_HEADER, connectionRows } from "../../../report/formats/connectionRows.ts";
import { control, measurement, runRecord } from "../../cli/records.ts";

describe("rows of connections", () => {
  const cells = (record = runRecord()): Record<string, string>[] =>
    connectionRows(compareRun("dev", record)).map((row) =>
      Object.fromEntries(CONNECTION_HEADER.map((title, column) => [title, row[column] ?? ""])),
    );

  it("give a cause to connections through a sidecar only", () => {
    assert.deepEqual(
      cells().map(({ probe, cause }) => [probe, cause]),
      [
        ["withSidecar", "idleTimeout"],
        ["withoutSidecar", ""],
      ],
    );
  });

  it("never claim more than was waited", () => {
    const samples = [measurement(), control({ heldMs: 14_000.999 })];
    assert.equal(cells(runRecord({ samples }))[1]?.held_seconds, "14.000");
  });

  it("round a time as the table does, and tell a dead connection from an open one", () => {
    const samples = [measurement({ heldMs: 10_001.6 }), control({ answer: "ETIMEDOUT" })];
    assert.deepEqual(
      cells(runRecord({ samples })).map(({ end, held_seconds }) => [end, held_seconds]),
      [
        ["fin", "10.002"],
        ["dead", "14.000"],
      ],
    );
  });

  it("call a connection running that still is", () => {
    const samples = [
      measurement({ end: "open", heldMs: 3000, proxy: null, running: true }),
      control({ heldMs: 3000, running: true }),
    ];
    assert.deepEqual(
      cells(runRecord({ runningUntil: "2026-01-02T03:04:19.678Z", samples })).map(
        ({ end, cause }) => [end, cause],
      ),
      [
        ["running", "running"],
        ["running", ""],
      ],
    );
  });
});
