import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../model/userError.ts";
import type { Kubectl } from "./kubectl.ts";

/** Everything a measurement needs from outside; tests put their own in its place. */
export interface World {
  kubectl: Kubectl;
  clock: Clock;
  /** Tells the person who waits; one line without a newline. */
  report: (line: string) => void;
}

/** A world whose cleanup runs after an interruption too. */
export interface UndoingWorld extends World {
  /** Goes on when the rest is being interrupted. */
  undo: Kubectl;
}

/** Time on this machine: for waiting and giving up, never for a measured duration. */
export interface Clock {
  /** Monotonic, in ms. */
  nowMs(): number;
  /** @throws Error when the measurement is interrupted. */
  sleep(ms: number): Promise<void>;
}

export function systemClock(signal: AbortSignal): Clock {
  return {
    nowMs: () => performance.now(),
    sleep: (ms) => sleep(ms, undefined, { signal }),
  };
}

/** Why no measurement came about; the message is one line for the user. */
export class MeasureError extends UserError {}

/**
 * Calls `attempt` every `intervalMs` until it gives something other than undefined.
 *
 * @returns undefined when `limitMs` is over before that.
 */
export async function poll<T>(
  clock: Clock,
  { intervalMs, limitMs }: { intervalMs: number; limitMs: number },
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadlineMs = clock.nowMs() + limitMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined || clock.nowMs() + intervalMs > deadlineMs) {
      return result;
    }
    await clock.sleep(intervalMs);
  }
}

/** Aborted by Ctrl-C and by whoever asks this process to end. */
export function interruption(): AbortController {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    interrupted.abort();
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  return interrupted;
}
