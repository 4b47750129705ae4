import assert from "node:assert/strict";
import { parseGoDuration } from "../../../model/istio/goDuration.ts";

describe("a duration as istiod reads it", () => {
  for (const [text, ms] of [
    ["24h", 86_400_000],
    ["86400s", 86_400_000],
    ["1h30m", 5_400_000],
    ["0.2m", 12_000],
    [".5s", 500],
    ["500us", 0.5],
    ["0", 0],
    ["0s", 0],
    ["87600h", 315_360_000_000],
    ["-1s", -1000],
  ] as const) {
    it(`${text} is ${ms} ms`, () => {
      assert.equal(parseGoDuration(text), ms);
    });
  }

  for (const value of ["1d", "86400", "24H", "30 s", "", "s", "1h 30m", "3000000h", 86_400, null]) {
    it(`${JSON.stringify(value)} is none`, () => {
      assert.equal(parseGoDuration(value), undefined);
    });
  }
});
