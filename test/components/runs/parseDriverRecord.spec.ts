import assert from "node:assert/strict";
import { parseDriverRecord } from "../../../components/runs/parseRecord.ts";

describe("parseDriverRecord", () => {
  it("refuses what is no record", () => {
    assert.throws(() => parseDriverRecord('{"schemaVersion":0}'), {
      message:
        'the record of the drivers: found "{\\"schemaVersion\\":0}", which is none of schema version 1; set run to ' +
        "another number to measure again",
    });
  });
});
