import type { ProxyEvidence } from "../model/record.ts";
import { toWallMs } from "../model/timelapse.ts";

/**
 * What stands in the sidecar's access log when it ended a connection by itself, as
 * `%DOWNSTREAM_LOCAL_CLOSE_REASON%` and `%RESPONSE_FLAGS%`.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */

/** The idle timeout. */
export const IDLE_CLOSE_REASON = "tcp_session_idle_timeout";

/** The limit on a connection's whole life. */
export const MAX_DURATION_CLOSE_REASON = "max_connection_duration_reached";

/** Response flag of the same. */
export const MAX_DURATION = /\bDT\b/;

/** Another configuration took the place of the one that carried the connection. */
export const DRAIN_CLOSE_REASONS: readonly string[] = [
  "filter_chain_is_being_removed",
  "purging_socket_that_have_not_progressed_to_connections",
];

/** Response flags of a proxy that could not reach the other side. */
export const UNREACHED = /\b(UF|UH|UO|NR|NC|UAEX|DF)\b/;

/** Response flag of a proxy whose connection to the other side was reset. */
const UPSTREAM_RESET = /\bUR\b/;

/** Whether the other side's end of the connection was reset, not closed in order. */
export function isReset({
  responseFlags,
  upstreamClose,
}: Pick<ProxyEvidence, "responseFlags" | "upstreamClose">): boolean {
  return UPSTREAM_RESET.test(responseFlags) || upstreamClose === "RemoteReset";
}

/** An entry so much shorter than the connection, in ms, is a periodic one that a mesh may have the sidecar write. */
const PERIODIC_MS = 1000;

/**
 * Tells whether an entry of the sidecar's access log is the one of a connection's end, which may be lost while the
 * periodic ones before it are not. Those say nothing of the end, not even that the sidecar gave no reason.
 *
 * @param heldMs how long the connection was held, in ms of real time.
 * @param factor how many times as fast the sidecar's clock ran; 1 is real time.
 */
export function isOfTheEnd(
  { closeReason, durationMs, responseFlags, upstreamClose }: ProxyEvidence,
  heldMs: number,
  factor: number,
): boolean {
  return (
    typeof closeReason === "string" ||
    typeof upstreamClose === "string" ||
    [MAX_DURATION, UNREACHED, UPSTREAM_RESET].some((flag) => flag.test(responseFlags)) ||
    toWallMs(durationMs, factor) >= heldMs - PERIODIC_MS
  );
}
