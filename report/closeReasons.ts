import type { ProxyEvidence } from "../model/record.ts";

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
