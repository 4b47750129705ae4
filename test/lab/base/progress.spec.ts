import assert from "node:assert/strict";
import { humanSeconds } from "../../../lab/base/seconds.ts";

describe("times for people", () => {
  for (const [seconds, text] of [
    [0.4, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 m 00 s"],
    [125, "2 m 05 s"],
    [3_599.7, "1 h 00 m"],
    [3_900, "1 h 05 m"],
  ] as const) {
    it(`shows ${seconds} s as ${text}`, () => {
      assert.equal(humanSeconds(seconds), text);
    });
  }
});
