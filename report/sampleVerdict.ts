import type {
  EffectiveTimeout,
  IdleTimeoutCount,
  Measurement,
  ProxyEvidence,
  RunRecord,
} from "../model/record.ts";
import { formatDuration } from "../model/duration.ts";
import { endedInTime } from "../model/inTime.ts";
import { toWallMs } from "../model/timelapse.ts";
import type { Judgement, Verdict } from "./cause.ts";
import { closedBySidecar } from "./closedBySidecar.ts";
import { isOfTheEnd } from "./closeReasons.ts";
import { endedWithoutReason } from "./endedElsewhere.ts";
import { recordTarget } from "./recordTarget.ts";
import { sampleEvidence, timedOutInDebugLog } from "./sampleEvidence.ts";
import { describeIdleTimeout, describeSilence, describeWait, isDead, seconds } from "./text.ts";

/** A connection that is open so much longer than its idle timeout, in ms, should have been closed. */
const OVERDUE_MS = 1000;

/** Judges one connection by itself, without the pod without a sidecar. */
export function sampleVerdict(
  sample: Measurement,
  record: Pick<RunRecord, "targets" | "timelapse">,
): Verdict {
  const { effective } = recordTarget(record, sample);
  const judgement = judgeAlone(sample, effective, record.timelapse?.factor ?? 1);
  return { ...judgement, evidence: sampleEvidence(sample, record) };
}

export function voidSentence(reasons: readonly string[]): string {
  return `The figure is void: ${reasons.join("; ")}. Set run to another number to measure again.`;
}

/** The verdict on one connection without its evidence. */
function judgeAlone(sample: Measurement, effective: EffectiveTimeout, factor: number): Judgement {
  const { end, error, probe, running, voidReasons } = sample;
  const proxy = entryOfTheEnd(sample, factor);
  const count = steadyCount(sample);
  const closed = proxy === null ? undefined : closedBySidecar(proxy);
  if (closed !== undefined && closed.cause !== "idleTimeout") {
    return closed; // Such a cause stands although the configuration changed, and often because it did.
  }
  if (voidReasons !== undefined) {
    return { cause: "void", sentence: voidSentence(voidReasons) };
  }
  if (running) {
    return {
      cause: "running",
      sentence: "The connection was open when it was last asked for, and the measurement goes on.",
    };
  }
  if (end === "open") {
    return stillOpen(sample, effective, factor);
  }
  if (closed !== undefined) {
    return idleTimeout(effective);
  }
  if (timedOutInDebugLog(sample)) {
    return idleTimeout(effective, "debug log");
  }
  // A sidecar whose log tells why it closes has said by now that it did not.
  const told = proxy?.closeReason !== undefined;
  if (!told && count !== undefined && count.after > count.before) {
    if (count.after - count.before >= count.due && endedInTime(sample, effective, factor)) {
      return idleTimeout(effective, "counter");
    }
    return {
      cause: "unknown",
      sentence:
        "The connection ended, and nothing says why: the sidecar's count of idle timeouts rose, but not for all " +
        "connections that ended in time, or this one did not end in time.",
    };
  }
  if (end === "error") {
    return {
      cause: "error",
      sentence: `The pod's own network ended the connection (${error ?? "no errno"}).`,
    };
  }
  if (proxy === null && probe === "withSidecar" && effective.source !== "bypassed") {
    const but =
      count === undefined
        ? ""
        : "; its idle timeout did not close it, for its counter did not rise";
    return {
      cause: "unknown",
      sentence: `The connection ended, and the sidecar's log has no entry that says why${but}.`,
    };
  }
  return endedWithoutReason({ sample, proxy, count, factor });
}

/** @param witness who says so, where it is not the sidecar's access log. */
function idleTimeout(effective: EffectiveTimeout, witness?: string): Judgement {
  const timeout = `idle timeout of ${describeIdleTimeout(effective)}`;
  return {
    cause: "idleTimeout",
    sentence:
      witness === undefined
        ? `The sidecar closed the connection because nothing was sent for its ${timeout}.`
        : `According to the sidecar's ${witness}, its ${timeout} closed the connection.`,
  };
}

function stillOpen(
  sample: Measurement,
  { awaitFirstBytes = [], idleTimeoutMs }: EffectiveTimeout,
  factor: number,
): Judgement {
  const { answer, heldMs, lastByteMs, proxy } = sample;
  if (answer !== undefined && isDead(sample)) {
    return {
      cause: "dead",
      sentence:
        `The connection seemed to be open when the window ended, but ${describeSilence(answer)}: the endpoint hangs, ` +
        "or it or something on the way to it gave the connection up without closing it.",
    };
  }
  const answered = answer === undefined ? "" : " and the endpoint answered on it";
  if (awaitFirstBytes.length > 0 && lastByteMs === undefined && proxy === null) {
    return {
      cause: "notPassedOn",
      sentence:
        `The sidecar never passed the connection on: its listener ${describeWait(awaitFirstBytes)}, and this client ` +
        "sends none, so no idle timeout applies and the endpoint sees nothing.",
    };
  }
  const overdueMs = heldMs - (lastByteMs ?? 0) - toWallMs(idleTimeoutMs, factor);
  if (idleTimeoutMs > 0 && overdueMs > OVERDUE_MS) {
    return {
      cause: "stillOpen",
      sentence:
        `The connection was still open when the window ended${answered}, ${seconds(overdueMs)} after the idle ` +
        `timeout of ${formatDuration(idleTimeoutMs)} should have closed it.`,
    };
  }
  return {
    cause: "stillOpen",
    sentence: `The connection was still open when the window ended${answered}, which says nothing about later.`,
  };
}

/** The sidecar's entry of a connection's end; of one that the probe closed, the entry says nothing about a cause. */
export function entryOfTheEnd(
  { end, heldMs, proxy }: Measurement,
  factor: number,
): ProxyEvidence | null {
  return end !== "open" && proxy !== null && isOfTheEnd(proxy, heldMs, factor) ? proxy : null;
}

/** A sample's count, unless it began anew meanwhile: such a count tells nothing. */
function steadyCount({ idleTimeouts: count }: Measurement): IdleTimeoutCount | undefined {
  return count !== undefined && count.after >= count.before ? count : undefined;
}
