import assert from "node:assert/strict";
import * as fc from "fast-check";
import { formatDuration, parseDuration, protobufDuration } from "../../model/duration.ts";

const MAX_MS = 10_000 * 3_600_000;

describe("parseDuration", () => {
  const accepted: [text: string, ms: number][] = [
    ["0s", 0],
    ["-0s", 0],
    ["10s", 10_000],
    ["+10s", 10_000],
    ["13.7s", 13_700],
    ["13.s", 13_000],
    [".5s", 500],
    ["250ms", 250],
    ["1000000ns", 1],
    ["1000us", 1],
    ["1000µs", 1],
    ["1000μs", 1],
    ["1.5ms500us", 2],
    ["1h30m", 5_400_000],
    ["24h", 86_400_000],
    ["10000h", MAX_MS],
  ];
  for (const [text, ms] of accepted) {
    it(`reads ${text} as ${ms} ms`, () => {
      assert.equal(parseDuration(text), ms);
    });
  }

  const hint = "; use a Go duration such as 10s, 13.7s, 1h30m or 24h";
  const refused: [text: string, why: string][] = [
    ["", `"" is not a duration`],
    ["s", `"s" is not a duration`],
    ["ten seconds", `"ten seconds" is not a duration`],
    ["0", `"0" has no unit after 0`],
    ["10", `"10" has no unit after 10`],
    ["1h30", `"1h30" has no unit after 30`],
    ["30 s", `"30 s" has the unknown unit " s", allowed are ns, us, ms, s, m, h`],
    ["1d", `"1d" has the unknown unit "d", allowed are ns, us, ms, s, m, h`],
    ["-10s", `"-10s" is negative`],
    ["1.5ms", `"1.5ms" is finer than 1 ms, which Envoy's timers can't hold`],
    ["0.1ns", `"0.1ns" is finer than 1 ms, which Envoy's timers can't hold`],
    ["10000h1ms", `"10000h1ms" is longer than 10000h`],
  ];
  for (const [text, why] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseDuration(text), { message: why + hint });
    });
  }
});

describe("formatDuration", () => {
  const forms: [ms: number, text: string][] = [
    [0, "0s"],
    [250, "250ms"],
    [10_000, "10s"],
    [10_003.4, "10.003s"],
    [13_700, "13.7s"],
    [60_000, "1m"],
    [3_600_000, "1h"],
    [3_900_000, "1h5m"],
    [86_400_000, "24h"],
    [3_600_001, "1h0.001s"],
  ];
  for (const [ms, text] of forms) {
    it(`writes ${ms} ms as ${text}`, () => {
      assert.equal(formatDuration(ms), text);
    });
  }

  it("is read back by parseDuration to the same number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_MS }), (ms) => {
        assert.equal(parseDuration(formatDuration(ms)), ms);
      }),
    );
  });
});

describe("protobufDuration", () => {
  const forms: [ms: number, text: string][] = [
    [0, "0s"],
    [10_000, "10s"],
    [13_700, "13.700s"],
    [1, "0.001s"],
    [86_400_000, "86400s"],
  ];
  for (const [ms, text] of forms) {
    it(`writes ${ms} ms as ${text}`, () => {
      assert.equal(protobufDuration(ms), text);
    });
  }

  it("is a duration of the same length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_MS }), (ms) => {
        assert.equal(parseDuration(protobufDuration(ms)), ms);
      }),
    );
  });
});
