import type { IdleTimeoutCount, Measurement, ProxyEvidence, RunRecord } from "../model/record.ts";
import { recordTarget } from "./recordTarget.ts";
import {
  describeEnd,
  describeIdleLimit,
  describeIdleTimeout,
  describeStart,
  describeUse,
  PROBE_NAMES,
  proxySeconds,
} from "./text.ts";

/** Envoy's line for a tcp_proxy whose idle timer has ended, in every version that has that timer. */
const SESSION_TIMED_OUT = "Session timed out";

/** Lists what was observed of one connection, one line each. */
export function sampleEvidence(
  sample: Measurement,
  record: Pick<RunRecord, "targets" | "timelapse">,
): string[] {
  const { end, idleLimit, idleTimeouts, listenerUpdate, probe, proxy, use, voidReasons } = sample;
  const { effective } = recordTarget(record, sample);
  return [
    `${PROBE_NAMES[probe]}: ${describeEnd(sample)}`,
    ...(probe === "withSidecar"
      ? [`effective idle timeout: ${describeIdleTimeout(effective)}${describeStart(effective)}`]
      : []),
    // Of a connection that the probe closed, the sidecar's log says nothing about a cause.
    ...(proxy === null || end === "open"
      ? []
      : [`sidecar's log: ${describeEntry(proxy, record.timelapse)}`]),
    ...(idleTimeouts === undefined ? [] : [describeCount(idleTimeouts)]),
    ...(listenerUpdate === undefined || listenerUpdate === null
      ? []
      : [`the sidecar's listener was updated at ${listenerUpdate.at}`]),
    ...(timedOutInDebugLog(sample) ? [`sidecar's debug log: ${SESSION_TIMED_OUT}`] : []),
    ...(use === undefined ? [] : [`first use after that: ${describeUse(use)}`]),
    ...(idleLimit === undefined
      ? []
      : [`the endpoint's own limit: ${describeIdleLimit(idleLimit)}`]),
    ...(voidReasons ?? []),
  ];
}

/** Whether the sidecar's debug log has the line that its idle timeout writes. */
export function timedOutInDebugLog({ debugLog = [] }: Measurement): boolean {
  return debugLog.some((line) => line.includes(SESSION_TIMED_OUT));
}

function describeCount({ name, before, after, due }: IdleTimeoutCount): string {
  const anew = after < before ? ", so that it began anew and tells nothing" : "";
  return `sidecar's count ${name}: ${before} before, ${after} after, ${due} ended in time${anew}`;
}

/** Describes an entry of the sidecar's access log: `10.001 s, flags -, close reason none, endpoint's close Normal`. */
export function describeEntry(proxy: ProxyEvidence, timelapse: RunRecord["timelapse"]): string {
  const { durationMs, responseFlags, closeReason, upstreamClose, upstreamLocal } = proxy;
  return (
    `${proxySeconds(durationMs, timelapse)}, flags ${responseFlags}, ` +
    (closeReason === undefined
      ? "close reason not logged by its version"
      : `close reason ${closeReason ?? "none"}, endpoint's close ${upstreamClose ?? "none"}`) +
    (upstreamLocal === null ? ", never connected to the endpoint" : "")
  );
}
