import assert from "node:assert/strict";
import { defaultObserveMs, parseObserve, parseWait } from "../../../components/settings/observe.ts";
import { parseTimeout } from "../../../model/timeout.ts";

describe("defaultObserveMs", () => {
  const windows: [timeout: string, timelapse: number, observeMs: number][] = [
    ["10s", 1, 14_000],
    ["13.7s", 1, 17_700],
    ["116s", 1, 120_000],
    ["24h", 1, 120_000],
    ["default", 1, 120_000],
    ["remove", 1, 120_000],
    ["off", 1, 120_000],
    ["default", 360, 14_000],
    ["remove", 360, 14_000],
    ["24h", 360, 244_000],
    ["10s", 360, 4028],
    ["24h", 2, 300_000],
    ["off", 360, 120_000],
    ["asIs", 1, 120_000],
    ["asIs", 360, 300_000],
  ];
  for (const [timeout, timelapse, observeMs] of windows) {
    it(`is ${observeMs} ms for a timeout of ${timeout} at x${timelapse}`, () => {
      assert.equal(defaultObserveMs(parseTimeout(timeout), timelapse), observeMs);
    });
  }
});

describe("parseObserve", () => {
  it("takes 1s to a week", () => {
    assert.deepEqual(["1s", "24h1m", "168h"].map(parseObserve), [1000, 86_460_000, 604_800_000]);
  });

  for (const text of ["0s", "999ms", "168h0.001s"]) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseObserve(text), { message: `"${text}" is outside 1s to 168h` });
    });
  }
});

describe("parseWait", () => {
  it("takes nothing to a week", () => {
    assert.deepEqual(["0s", "5m", "168h"].map(parseWait), [0, 300_000, 604_800_000]);
  });

  it("refuses more", () => {
    assert.throws(() => parseWait("169h"), { message: '"169h" is longer than 168h' });
  });
});
