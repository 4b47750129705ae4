import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parseRecord } from "../../../components/runs/parseRecord.ts";

describe("parseRecord", () => {
  it("reads a record as it was printed", () => {
    const record = { schemaVersion: 1, run: "0123456789", samples: [] };
    assert.deepEqual(parseRecord(JSON.stringify(record, undefined, 2)), record);
  });

  const remedy =
    "; this program reads schema version 1, set run to another number to measure again";
  const refused: [text: string, found: string][] = [
    ["", '"", which is none'],
    ["null", '"null", which is none'],
    ["warning: x\n{}", '"warning: x\\n{}", which is none'],
    ['{"schemaVersion": 2}', "one of schema version 2"],
  ];
  for (const [text, found] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseRecord(text),
        (error: unknown) => {
          assert.ok(error instanceof pulumi.RunError);
          assert.equal(error.message, `the measurement's record: found ${found}${remedy}`);
          return true;
        },
      );
    });
  }
});
