import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parsePath, parseRemedy, PATHS, REMEDIES } from "../../model/remedy.ts";

describe("a path and a remedy", () => {
  it("are taken by their names", () => {
    assert.deepEqual(PATHS.map(parsePath), PATHS);
    assert.deepEqual(REMEDIES.map(parseRemedy), REMEDIES);
  });

  it("are refused under every other name, in one line with what is allowed", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom("Passthrough", "envoyFilter ")), (text) => {
        fc.pre(!([...PATHS, ...REMEDIES] as string[]).includes(text));
        for (const [parse, what, allowed] of [
          [parsePath, "a path", PATHS],
          [parseRemedy, "a remedy", REMEDIES],
        ] as const) {
          assert.throws(() => parse(text), {
            message: `${JSON.stringify(text)} is not ${what}; use one of ${allowed.join(", ")}`,
          });
        }
      }),
    );
  });
});
