import { MAX_OBSERVE_MS } from "../../app/probe/request.ts";
import { formatDuration, parseDuration } from "../../model/duration.ts";
import { toWallMs } from "../../model/timelapse.ts";
import { expectedIdleTimeoutMs } from "../../model/timeout.ts";
import type { Timeout } from "../../model/timeout.ts";

/** Time added to the timeout, in ms, so that a close that comes in time falls into the observation. */
const GRACE_MS = 4_000;
const MIN_OBSERVE_MS = 1_000;
const MAX_DEFAULT_OBSERVE_MS = 120_000;
/** Longest default in a time-lapse, which is there to see the end: 24 h at full speed take 4 minutes. */
const MAX_DEFAULT_LAPSED_OBSERVE_MS = 300_000;

/**
 * Reads the `observe` setting, to ms.
 *
 * @throws Error with one line for the user.
 */
export function parseObserve(text: string): number {
  const ms = parseDuration(text);
  if (ms < MIN_OBSERVE_MS || ms > MAX_OBSERVE_MS) {
    const allowed = `${formatDuration(MIN_OBSERVE_MS)} to ${formatDuration(MAX_OBSERVE_MS)}`;
    throw new Error(`${JSON.stringify(text)} is outside ${allowed}`);
  }
  return ms;
}

/**
 * Reads the `wait` setting, to ms.
 *
 * @throws Error with one line for the user.
 */
export function parseWait(text: string): number {
  const ms = parseDuration(text);
  if (ms > MAX_OBSERVE_MS) {
    throw new Error(`${JSON.stringify(text)} is longer than ${formatDuration(MAX_OBSERVE_MS)}`);
  }
  return ms;
}

/**
 * Returns how long connections are watched where nothing is set, in ms. A timeout that can not pass in that time,
 * or that only the mesh knows, is watched for the longest default: the connection may be found open, a lower bound.
 *
 * @param timelapse how many times as fast the sidecar's clock runs; 1 is real time.
 */
export function defaultObserveMs(timeout: Timeout, timelapse: number): number {
  const idleTimeoutMs = expectedIdleTimeoutMs(timeout);
  const longestMs = timelapse > 1 ? MAX_DEFAULT_LAPSED_OBSERVE_MS : MAX_DEFAULT_OBSERVE_MS;
  if (idleTimeoutMs === undefined) {
    return longestMs;
  }
  return idleTimeoutMs === 0
    ? MAX_DEFAULT_OBSERVE_MS
    : Math.min(Math.ceil(toWallMs(idleTimeoutMs, timelapse)) + GRACE_MS, longestMs);
}
