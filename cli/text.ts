import type { ConnectionEnd, EffectiveTimeout, ProbeKind, Sample } from "../app/probe/record.ts";
import { formatDuration } from "../components/duration.ts";

/** The two probes in words. */
export const PROBE_NAMES: Record<ProbeKind, string> = {
  withSidecar: "with sidecar",
  withoutSidecar: "without sidecar",
};

const END_NAMES: Record<Exclude<ConnectionEnd, "open">, string> = {
  fin: "FIN",
  reset: "RST",
  error: "error",
};

/** `10.002 s`; trailing zeros are kept, they are measured digits. */
export function seconds(ms: number, digits = 3): string {
  return `${(ms / 1000).toFixed(digits)} s`;
}

/** `open for >= 14 s (lower bound)` or `closed after 10.002 s (FIN)`. */
export function describeEnd(sample: Sample): string {
  return sample.end === "open"
    ? `open for >= ${lowerBound(sample)} (lower bound)`
    : `closed after ${shortEnd(sample)}`;
}

/** The same for a table's cell: `open >= 14 s` or `10.002 s (FIN)`. */
export function shortEnd(sample: Sample): string {
  if (sample.end === "open") {
    return `open >= ${lowerBound(sample)}`;
  }
  const name = sample.end === "error" ? (sample.error ?? END_NAMES.error) : END_NAMES[sample.end];
  return `${seconds(sample.heldMs)} (${name})`;
}

/** Rounded down: a lower bound must not claim more than was waited. */
function lowerBound({ heldMs }: Sample): string {
  return `${Math.floor(heldMs) / 1000} s`;
}

/** `10s` or `never`. */
export function formatIdleTimeout(ms: number): string {
  return ms === 0 ? "never" : formatDuration(ms);
}

/** `10s`, `1h (Envoy's default)` or `never`. */
export function describeIdleTimeout({ idleTimeoutMs, source }: EffectiveTimeout): string {
  const note = source === "envoy-default" ? " (Envoy's default)" : "";
  return `${formatIdleTimeout(idleTimeoutMs)}${note}`;
}

/** Says so when a connection that is still open after `observeMs` may well be closed later. */
export function describeShortWindow(
  { idleTimeoutMs }: EffectiveTimeout,
  observeMs: number,
): string {
  return idleTimeoutMs > 0 && observeMs > idleTimeoutMs
    ? ""
    : `; watched for ${formatDuration(observeMs)} only, so that "open" is a lower bound`;
}

/** `10s at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster ...`. */
export function describeEffective(effective: EffectiveTimeout): string {
  const { listener, filterChain, cluster } = effective;
  return `${describeIdleTimeout(effective)} at listener ${listener}, filter chain ${filterChain}, cluster ${cluster}`;
}
