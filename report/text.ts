import { ANSWER_LIMIT_MS } from "../app/probe/lastAnswer.ts";
import type { ConnectionEnd, FirstUse, IdleLimit, Sample } from "../app/probe/sample.ts";
import type { EffectiveTimeout, LapsedDuration, ProbeKind } from "../model/record.ts";
import { formatDuration } from "../model/duration.ts";

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

/** For progress: `14 s`, and from a minute on `52m30s`. */
export function roughly(ms: number): string {
  return ms < 60_000 ? seconds(ms, 0) : formatDuration(Math.round(ms / 1000) * 1000);
}

/** A sample, and what its time means in a time-lapse. */
export type Timed = Pick<Sample, "answer" | "end" | "error" | "heldMs"> & {
  timelapse?: LapsedDuration;
};

/**
 * `open for >= 14 s (lower bound)` or `closed after 10.002 s (FIN)`; in a time-lapse
 * `closed after 3600.319 s at x360 (10.001 s of wall time, FIN)`.
 */
export function describeEnd(sample: Timed): string {
  if (sample.end !== "open") {
    return `closed after ${shortEnd(sample)}`;
  }
  const { answer } = sample;
  const asked =
    answer === undefined
      ? ""
      : isDead(sample)
        ? `, but dead: ${describeSilence(answer)}`
        : ", and the endpoint answered";
  return `open for >= ${lowerBound(sample)} (lower bound)${asked}`;
}

/** Describes an end in a table's cell: `open >= 14 s`, `open >= 14 s, dead` or `10.002 s (FIN)`. */
export function shortEnd(sample: Timed): string {
  if (sample.end === "open") {
    return `open >= ${lowerBound(sample)}${isDead(sample) ? ", dead" : ""}`;
  }
  const name = sample.end === "error" ? (sample.error ?? END_NAMES.error) : END_NAMES[sample.end];
  const { timelapse } = sample;
  return timelapse === undefined
    ? `${seconds(sample.heldMs)} (${name})`
    : `${lapsed(timelapse, seconds)} (${seconds(timelapse.wallMs)} of wall time, ${name})`;
}

/** Whether a connection seemed to be open and the endpoint did not answer on it. */
export function isDead({ answer, end }: Pick<Sample, "answer" | "end">): boolean {
  return end === "open" && answer !== undefined && answer !== "ok";
}

/** Describes why a question was not answered: `nobody answered within 10 s`. */
export function describeSilence(answer: string): string {
  return answer === "ETIMEDOUT"
    ? `nobody answered within ${ANSWER_LIMIT_MS / 1000} s`
    : `a question was not answered (${answer})`;
}

function lowerBound({ heldMs, timelapse }: Timed): string {
  return timelapse === undefined
    ? wholeMs(heldMs)
    : `${lapsed(timelapse, wholeMs)} (${wholeMs(timelapse.wallMs)} of wall time)`;
}

/** Rounded down: a lower bound must not claim more than was waited. */
function wholeMs(ms: number): string {
  return `${Math.floor(ms) / 1000} s`;
}

/** Time by the sidecar's clock, which never stands without its speed. */
function lapsed({ proxyMs, factor }: LapsedDuration, format: (ms: number) => string): string {
  return `${proxyMs === null ? "? s" : format(proxyMs)} at x${factor}`;
}

/** The proxy's own duration: `10.001 s`, in a time-lapse `3600.319 s at x360`. */
export function proxySeconds(durationMs: number, timelapse?: { factor: number }): string {
  return `${seconds(durationMs)}${timelapse === undefined ? "" : ` at x${timelapse.factor}`}`;
}

/** `10s` or `never`. */
export function formatIdleTimeout(ms: number): string {
  return ms === 0 ? "never" : formatDuration(ms);
}

/** `10s`, `1h (Envoy's default)`, `never`, or `none, past the sidecar`. */
export function describeIdleTimeout({ idleTimeoutMs, source }: EffectiveTimeout): string {
  if (source === "bypassed") {
    return "none, past the sidecar";
  }
  const note = source === "envoy-default" ? " (Envoy's default)" : "";
  return `${formatIdleTimeout(idleTimeoutMs)}${note}`;
}

/** How long a time-lapse makes that, in ms of wall time (0 is never); nothing in real time. */
export function describeSpeed(factor: number, expectedMs: number): string {
  const takes = expectedMs === 0 ? "" : `, so that this takes ${seconds(expectedMs)} of wall time`;
  return factor === 1 ? "" : `; its clock runs x${factor}${takes}`;
}

/**
 * Says so when a connection that is still open after `observeMs` may well be closed later.
 *
 * @param expectedMs when the sidecar should close it; 0 is never.
 */
export function describeShortWindow(expectedMs: number, observeMs: number): string {
  return expectedMs > 0 && observeMs > expectedMs
    ? ""
    : `; watched for ${formatDuration(observeMs)} only, so that "open" is a lower bound`;
}

/** `waits without a limit for the client's first bytes (tls_inspector)`; of a sidecar's listener that does so. */
export function describeWait(filters: readonly string[]): string {
  return `waits without a limit for the client's first bytes (${shortNames(filters)})`;
}

/** `, from the client's first bytes on (tls_inspector)`, where no idle timeout runs before these. */
export function describeStart({ awaitFirstBytes = [] }: EffectiveTimeout): string {
  return awaitFirstBytes.length === 0
    ? ""
    : `, from the client's first bytes on (${shortNames(awaitFirstBytes)})`;
}

/** `tls_inspector` of `envoy.filters.listener.tls_inspector`. */
function shortNames(filters: readonly string[]): string {
  return filters.map((name) => name.replace(/^.*\./, "")).join(", ");
}

/** `10s at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster ...`. */
export function describeEffective(effective: EffectiveTimeout): string {
  const { listener, filterChain, cluster, source } = effective;
  if (source === "bypassed") {
    return describeIdleTimeout(effective);
  }
  return (
    `${describeIdleTimeout(effective)} at listener ${listener}, filter chain ${filterChain}, cluster ${cluster}` +
    describeStart(effective)
  );
}

/** `write ok, read end, next write EPIPE`. */
export function describeUse({ firstWrite, read, secondWrite }: FirstUse): string {
  const next = secondWrite === undefined ? "" : `, next write ${secondWrite}`;
  return `write ${firstWrite}, read ${read}${next}`;
}

/** `wait_timeout 8h`. */
export function describeIdleLimit({ setting, ms }: IdleLimit): string {
  return `${setting} ${formatIdleTimeout(ms)}`;
}
