import type { Clock } from "../../../app/probe/clock.ts";

/** Clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  nowMs = 5000;

  monotonicMs(): number {
    return this.nowMs;
  }

  wallTime(): Date {
    return new Date("2026-01-02T03:04:05.678Z");
  }
}
