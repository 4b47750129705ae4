import assert from "node:assert/strict";
import { parseDriverRecord } from "../../../components/runs/parseRecord.ts";

describe("parseDriverRecord", () => {
  it("refuses what is no record", () => {
    assert.throws(() => parseDriverRecord('{"schemaVersion":0}'), {
      message:
        "the record of the drivers can't be read: schemaVersion must be 1, got 0; set run to another number to " +
        "measure again",
    });
  });
});
