import assert from "node:assert/strict";
import { matchesGoRegexp } from "../../../model/istio/goRegexp.ts";

describe("a regular expression of Go's kind", () => {
  for (const [expression, matches] of [
    [String.raw`^1\.30.*`, true],
    [String.raw`^1\.31.*`, false],
    ["(?i)^1[.]30-ALPHA", true],
    ["^(?:1[.](2[0-9]|30))", true],
    [String.raw`\A1[.]30[^\n]*\z`, true],
    ["^(?P<major>[[:digit:]])[.]30", true],
    // JavaScript alone has these, or gives them another meaning.
    ["^1[.](?!29)", undefined],
    [String.raw`(1)[.]30-\1`, undefined],
    ["(", undefined],
    // Go alone has these.
    [String.raw`\pN`, undefined],
    ["1(?i)[.]30", undefined],
    ["[[:upper:]]", undefined],
  ] as const) {
    it(`${expression} ${matches === undefined ? "can't be told" : matches ? "matches" : "does not match"}`, () => {
      assert.equal(matchesGoRegexp(expression, "1.30-alpha"), matches);
    });
  }
});
