import assert from "node:assert/strict";

import { systemClock } from "../../../app/probe/clock.ts";

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

describe("systemClock", () => {
  it("counts the ms that another monotonic clock counts", () => {
    const [before, first, between] = [nowMs(), systemClock.monotonicMs(), nowMs()];
    while (nowMs() < between + 3) {
      // Time passes.
    }
    const [after, second, last] = [nowMs(), systemClock.monotonicMs(), nowMs()];
    const [leastMs, countedMs, mostMs] = [after - between, second - first, last - before];
    const toleranceMs = 0.01; // Rounding of two floating-point clocks.
    assert.ok(countedMs >= leastMs - toleranceMs, `${countedMs} ms, at least ${leastMs} ms`);
    assert.ok(countedMs <= mostMs + toleranceMs, `${countedMs} ms, at most ${mostMs} ms`);
  });

  it("tells the time of day", () => {
    const before = Date.now();
    const time = systemClock.wallTime().getTime();
    assert.ok(before <= time && time <= Date.now());
  });
});
