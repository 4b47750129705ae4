/** Time as the probe reads it; tests put their own in its place. */
export interface Clock {
  /** Monotonic time in ms with fractional digits. Only differences between two readings mean anything. */
  monotonicMs(): number;
  /** Wall-clock time: for people and log searches, never for durations. */
  wallTime(): Date;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallTime: () => new Date(),
};
