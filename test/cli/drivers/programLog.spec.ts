import assert from "node:assert/strict";
import fc from "fast-check";

import { finishedRows } from "../../../cli/drivers/programLog.ts";
import { RecordError } from "../../../model/schema/read.ts";
import { swapped } from "../../swaps.ts";
import { INVALID_CONNECTION, row } from "./rows.ts";

const log = (...lines: unknown[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");

describe("the log of a program with drivers", () => {
  it("has rows once they are all there", () => {
    assert.equal(finishedRows(log(row())), undefined);
    assert.equal(finishedRows(log(row(), { cases: 2 })), undefined);
    assert.deepEqual(finishedRows(`hello\n${log(row(), [], { level: "info" }, { cases: 1 })}`), [
      row(),
    ]);
  });

  it("is refused in one line where a row is not as it should be", () => {
    assert.throws(
      () => finishedRows(log(row({ idleMs: -1 }), { cases: 1 })),
      new RecordError("idleMs must be a number from 0 to 315576000000000, got -1"),
    );
    assert.throws(
      () => finishedRows(log({ cases: "all" })),
      new RecordError('cases must be a whole number from 0 to 9007199254740991, got "all"'),
    );
  });

  it("is read, waited for, or refused in one line, whatever stands in place of a part of a row", () => {
    fc.assert(
      fc.property(swapped(row({ first: INVALID_CONNECTION })), ({ value }) => {
        try {
          finishedRows(log(value, { cases: 1 }));
        } catch (error) {
          assert.ok(error instanceof RecordError, String(error));
          assert.doesNotMatch(error.message, /\n/);
        }
      }),
      { numRuns: 300 },
    );
  });
});
