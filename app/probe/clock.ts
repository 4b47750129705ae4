/** Source of time for the probe; tests inject their own. */
export interface Clock {
  /** Reads the monotonic clock, in ms with fractional digits. Only the difference of two readings means anything. */
  monotonicMs(): number;
  /** Reads the wall clock, for people and log searches; never for durations. */
  wallTime(): Date;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallTime: () => new Date(),
};
