import type {
  EffectiveTimeout,
  IdleTimeoutCount,
  Measurement,
  ProxyEvidence,
  RunRecord,
} from "../model/record.ts";
import { formatDuration } from "../model/duration.ts";
import type { Verdict } from "./cause.ts";
import {
  DRAIN_CLOSE_REASONS,
  IDLE_CLOSE_REASON,
  isReset,
  MAX_DURATION,
  MAX_DURATION_CLOSE_REASON,
  UNREACHED,
} from "./closeReasons.ts";
import { endedInTime } from "../model/inTime.ts";
import { recordTarget } from "./recordTarget.ts";
import {
  describeEnd,
  describeIdleLimit,
  describeIdleTimeout,
  describeUse,
  PROBE_NAMES,
  proxySeconds,
} from "./text.ts";

/** A cause and what a person is told of it. */
type Judgement = Omit<Verdict, "evidence">;

/** Envoy's line for a tcp_proxy whose idle timer has ended, in every version that has that timer. */
const SESSION_TIMED_OUT = "Session timed out";

/** A server that counts whole seconds may close by so much before its limit, in ms. */
const LIMIT_TOLERANCE_MS = 1000;

/** The verdict on one connection by itself. */
export function sampleVerdict(
  sample: Measurement,
  record: Pick<RunRecord, "targets" | "timelapse">,
): Verdict {
  const { timelapse } = record;
  const { effective } = recordTarget(record, sample);
  const { idleLimit, proxy, probe, end, use } = sample;
  const evidence = [
    `${PROBE_NAMES[probe]}: ${describeEnd(sample)}`,
    ...(probe === "withSidecar"
      ? [`effective idle timeout: ${describeIdleTimeout(effective)}`]
      : []),
    // Of a connection that the probe closed, the sidecar's log says nothing about a cause.
    ...(proxy === null || end === "open" ? [] : [describeProxy(proxy, timelapse)]),
    ...(sample.idleTimeouts === undefined ? [] : [describeCount(sample.idleTimeouts)]),
    ...(timedOutInDebugLog(sample) ? [`sidecar's debug log: ${SESSION_TIMED_OUT}`] : []),
    ...(use === undefined ? [] : [`first use after that: ${describeUse(use)}`]),
    ...(idleLimit === undefined
      ? []
      : [`the endpoint's own limit: ${describeIdleLimit(idleLimit)}`]),
    ...(sample.voidReasons ?? []),
  ];
  return { ...judge(sample, effective, timelapse?.factor ?? 1), evidence };
}

export function voidSentence(reasons: readonly string[]): string {
  return `The figure is void: ${reasons.join("; ")}. Set run to another number to measure again.`;
}

function judge(sample: Measurement, effective: EffectiveTimeout, factor: number): Judgement {
  const { end, error, idleTimeouts: count, proxy, voidReasons } = sample;
  const closed = end === "open" || proxy === null ? undefined : closedBySidecar(proxy);
  if (closed !== undefined && closed.cause !== "idleTimeout") {
    return closed; // Such a cause stands although the configuration changed, and often because it did.
  }
  if (voidReasons !== undefined) {
    return { cause: "void", sentence: voidSentence(voidReasons) };
  }
  if (sample.running) {
    return {
      cause: "running",
      sentence: "The connection was open when it was last asked for, and the measurement goes on.",
    };
  }
  if (end === "open") {
    return {
      cause: "stillOpen",
      sentence:
        "The connection was still open when the window ended, which says nothing about later.",
    };
  }
  if (closed !== undefined) {
    return {
      cause: "idleTimeout",
      sentence: `The sidecar closed the connection, because nothing was sent for its idle timeout of ${describeIdleTimeout(effective)}.`,
    };
  }
  if (timedOutInDebugLog(sample)) {
    return {
      cause: "idleTimeout",
      sentence: `The sidecar closed the connection by its debug log, because nothing was sent for its idle timeout of ${describeIdleTimeout(effective)}.`,
    };
  }
  // A sidecar whose log tells why it closes has said by now that it did not.
  const told = proxy?.closeReason !== undefined;
  const rise = count === undefined ? 0 : count.after - count.before;
  if (!told && count !== undefined && rise > 0) {
    if (rise >= count.due && endedInTime(sample, effective, factor)) {
      return {
        cause: "idleTimeout",
        sentence: `The sidecar closed the connection by its own count, because nothing was sent for its idle timeout of ${describeIdleTimeout(effective)}.`,
      };
    }
    return {
      cause: "unknown",
      sentence:
        "The connection ended, and nothing says why: the sidecar's count of idle timeouts rose, but not for all that " +
        "ended in time, or this one did not.",
    };
  }
  if (end === "error") {
    return {
      cause: "error",
      sentence: `The pod's own network ended the connection (${error ?? "no errno"}).`,
    };
  }
  if (proxy === null && sample.probe === "withSidecar" && effective.source !== "bypassed") {
    const but =
      count === undefined ? "" : "; it was not its idle timeout, of which its count did not rise";
    return {
      cause: "unknown",
      sentence: `The connection ended, and the sidecar's own word on why is missing${but}.`,
    };
  }
  if (proxy !== null && !told && count === undefined && !isReset(proxy)) {
    return {
      cause: "unknown",
      sentence: "The connection ended, and the sidecar's version does not log why.",
    };
  }
  return endedByServer(sample);
}

/** Whether the sidecar's debug log has the line that its idle timeout writes. */
function timedOutInDebugLog({ debugLog = [] }: Measurement): boolean {
  return debugLog.some((line) => line.includes(SESSION_TIMED_OUT));
}

/** Why the sidecar closed a connection by itself; undefined where it did not. */
function closedBySidecar(proxy: ProxyEvidence): Judgement | undefined {
  const { closeReason, responseFlags, upstreamLocal } = proxy;
  if (UNREACHED.test(responseFlags)) {
    return {
      cause: "unreachable",
      sentence: `The sidecar accepted the connection but could not reach the endpoint (${responseFlags}), and closed it.`,
    };
  }
  // Its timers run while it still connects, and may end before the limit on that does.
  if (upstreamLocal === null && closeReason !== null) {
    return {
      cause: "unreachable",
      sentence: `The sidecar accepted the connection but had not reached the endpoint yet when it closed it (${closeReason ?? "its version does not log why"}).`,
    };
  }
  if (MAX_DURATION.test(responseFlags)) {
    return maxConnectionDuration();
  }
  if (closeReason === null || closeReason === undefined) {
    return undefined;
  }
  if (closeReason === IDLE_CLOSE_REASON) {
    return { cause: "idleTimeout", sentence: "" };
  }
  if (closeReason === MAX_DURATION_CLOSE_REASON) {
    return maxConnectionDuration();
  }
  if (DRAIN_CLOSE_REASONS.includes(closeReason)) {
    return {
      cause: "configDrain",
      sentence:
        "The sidecar closed the connection, because its configuration changed: it drains what the old one carries.",
    };
  }
  return {
    cause: "unknown",
    sentence: `The sidecar closed the connection for another reason: ${closeReason}.`,
  };
}

function maxConnectionDuration(): Judgement {
  return {
    cause: "maxConnectionDuration",
    sentence:
      "The sidecar closed the connection, because it had reached its greatest duration (maxConnectionDuration), " +
      "idle or not.",
  };
}

/** A connection that ended from the other side: the sidecar only passed that on. */
function endedByServer({ end, heldMs, idleLimit, lastByteMs = 0, proxy }: Measurement): Judgement {
  const reset = proxy === null ? end === "reset" : isReset(proxy);
  const how = proxy?.upstreamClose ?? null;
  const word = how === null ? "" : ` (${how})`;
  const notTheSidecar = proxy === null ? "" : ", not the sidecar";
  if (reset) {
    return {
      cause: "serverReset",
      sentence: `The endpoint, or something on the way to it, reset the connection${word}${notTheSidecar}.`,
    };
  }
  // None that it closes for another reason has been idle for so long: the limit would have met it before.
  if (
    idleLimit !== undefined &&
    idleLimit.ms > 0 &&
    heldMs - lastByteMs >= idleLimit.ms - LIMIT_TOLERANCE_MS
  ) {
    return {
      cause: "serverLimit",
      sentence:
        `The endpoint closed the connection${word} by its own limit on idle connections, ` +
        `${idleLimit.setting} of ${formatDuration(idleLimit.ms)}${notTheSidecar}.`,
    };
  }
  return {
    cause: "serverClosed",
    sentence: `The endpoint, or something on the way to it, closed the connection${word}${notTheSidecar}.`,
  };
}

function describeCount({ name, before, after, due }: IdleTimeoutCount): string {
  return `sidecar's count ${name}: ${before} before, ${after} after, ${due} ended in time`;
}

function describeProxy(proxy: ProxyEvidence, timelapse: RunRecord["timelapse"]): string {
  const { durationMs, responseFlags, closeReason, upstreamClose, upstreamLocal } = proxy;
  return (
    `sidecar's log: ${proxySeconds(durationMs, timelapse)}, flags ${responseFlags}, ` +
    (closeReason === undefined
      ? "close reason not logged by its version"
      : `close reason ${closeReason ?? "none"}, endpoint's close ${upstreamClose ?? "none"}`) +
    (upstreamLocal === null ? ", never connected to the endpoint" : "")
  );
}
