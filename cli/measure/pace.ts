/** Longest a question is held open, in ms; load balancers cut a silent exec after 60 s. */
const LONGEST_WAIT_MS = 25_000;

/** From this long before the expected close until this long after it no exec may start. */
const QUIET_BEFORE_MS = 5000;
const QUIET_AFTER_MS = 1000;

export interface Progress {
  /** How long the connections have been held, in ms. */
  heldMs: number;
  /** How long they will be held at most, in ms. */
  observeMs: number;
  /** When the sidecar is expected to close them, in ms; 0 is never. */
  expectedMs: number;
  /** How many times the same is to come after that. */
  repetitionsLeft: number;
  /** How long the client is still willing to wait, in ms; Infinity is to the end. */
  patienceMs: number;
}

/**
 * How long the next question to a probe may be held open, in whole ms.
 *
 * The answer comes as soon as the run is over, so that an early close is noticed at once; but each
 * question is a process started beside the measurement, so none is asked around the expected close.
 */
export function nextWaitMs(progress: Progress): number {
  const { heldMs, observeMs, expectedMs, patienceMs, repetitionsLeft } = progress;
  const leftMs = Math.max(observeMs - heldMs, 0);
  const quietFromMs = expectedMs - QUIET_BEFORE_MS;
  const quietUntilMs = expectedMs + QUIET_AFTER_MS;
  // The next repetition may begin with the close, and when its own is due has to be asked then.
  const closeMs = repetitionsLeft > 0 && heldMs < expectedMs ? quietUntilMs - heldMs : Infinity;
  const waitMs = Math.ceil(Math.min(LONGEST_WAIT_MS, leftMs + QUIET_AFTER_MS, patienceMs, closeMs));
  const nextAtMs = heldMs + waitMs;
  const quiet = nextAtMs > quietFromMs && nextAtMs < quietUntilMs;
  return quiet ? Math.ceil(quietUntilMs - heldMs) : waitMs;
}
