import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { shellCommand } from "../../../components/common/shell.ts";

describe("shellCommand", () => {
  it("leaves plain words as they are and quotes the others", () => {
    assert.equal(
      shellCommand(["node", "--run", "10.0.0.1:6379", "a b", "", "it's", "$(x)", "*"]),
      `node --run 10.0.0.1:6379 'a b' '' 'it'\\''s' '$(x)' '*'`,
    );
  });

  it("is taken apart by a shell into the same words", () => {
    const word = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", ""));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const line = shellCommand(["printf", "%s\\0", ...words]);
        const output = execFileSync("/bin/sh", ["-c", line], { encoding: "utf8" });
        assert.deepEqual(output.split("\0").slice(0, -1), words);
      }),
      { numRuns: 30 },
    );
  });
});
