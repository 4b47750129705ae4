import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { runRecord } from "../../cli/records.ts";
import { parseRecord } from "../../../components/runs/parseRecord.ts";

describe("parseRecord", () => {
  it("reads a record as it was printed", () => {
    const record = runRecord();
    assert.deepEqual(parseRecord(JSON.stringify(record, undefined, 2)), record);
  });

  const refused: [text: string, problem: string][] = [
    ["", 'it must be JSON, got ""'],
    ["null", "it must be an object, got null"],
    ["warning: x\n{}", 'it must be JSON, got "warning: x\\n{}"'],
    ['{"schemaVersion": 2}', "schemaVersion must be 1, got 2"],
  ];
  for (const [text, problem] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseRecord(text),
        (error: unknown) => {
          assert.ok(error instanceof pulumi.RunError);
          assert.equal(
            error.message,
            `the measurement's record can't be read: ${problem}; set run to another number to measure again`,
          );
          return true;
        },
      );
    });
  }
});
