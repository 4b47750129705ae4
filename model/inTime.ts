import type { EffectiveTimeout } from "./record.ts";
import type { Sample } from "../app/probe/sample.ts";
import { toWallMs } from "./timelapse.ts";

/**
 * Limits by which a connection may be shorter or longer than the sidecar's timer, in ms: on a busy node the probe hears
 * late of its beginning, or of its end.
 */
const EARLY_MS = 500;
const LATE_MS = 1000;

/**
 * Tells whether a connection ended when its idle timeout was over.
 *
 * @param factor how many times as fast the sidecar's clock ran; 1 is real time.
 */
export function endedInTime(
  { end, heldMs, lastByteMs = 0 }: Sample,
  { idleTimeoutMs }: EffectiveTimeout,
  factor: number,
): boolean {
  const lateMs = heldMs - lastByteMs - toWallMs(idleTimeoutMs, factor);
  return end !== "open" && idleTimeoutMs > 0 && lateMs >= -EARLY_MS && lateMs <= LATE_MS;
}
