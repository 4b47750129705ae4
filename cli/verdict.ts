import type {
  EffectiveTimeout,
  Measurement,
  ProxyEvidence,
  RunRecord,
} from "../app/probe/record.ts";
import {
  DRAIN_CLOSE_REASONS,
  IDLE_CLOSE_REASON,
  MAX_DURATION_CLOSE_REASON,
  UNREACHED,
} from "./closeReasons.ts";
import { firstSample } from "./firstSample.ts";
import { describeEnd, describeIdleTimeout, PROBE_NAMES, proxySeconds } from "./text.ts";

/**
 * Why a connection ended, or that it did not:
 * - `idleTimeout`: by the sidecar's idle timeout,
 * - `maxConnectionDuration`: by the sidecar's limit on a connection's whole life, idle or not,
 * - `configDrain`: by the sidecar, which got another configuration and drained the old one,
 * - `serverClosed`: the endpoint closed or reset it,
 * - `unreachable`: the sidecar accepted it but found nobody behind,
 * - `error`: the operating system of the pod reported an error,
 * - `droppedWithoutSidecarToo`: it ended in the pod without a sidecar as well,
 * - `stillOpen`: it was open when the window ended, a lower bound,
 * - `running`: it is still held, and more is to be collected,
 * - `void`: the figure must not be used,
 * - `unknown`: it ended, and nothing says why.
 */
export type Cause =
  | "idleTimeout"
  | "maxConnectionDuration"
  | "configDrain"
  | "serverClosed"
  | "unreachable"
  | "error"
  | "droppedWithoutSidecarToo"
  | "stillOpen"
  | "running"
  | "void"
  | "unknown";

/** A cause with what it stands on. */
export interface Verdict {
  cause: Cause;
  /** What a person is told, one line. */
  sentence: string;
  /** What was seen, one line each. */
  evidence: string[];
}

/** The same as words for a table's cell. */
export const CAUSE_NAMES: Readonly<Record<Cause, string>> = {
  idleTimeout: "idle timeout",
  maxConnectionDuration: "max connection duration",
  configDrain: "config drain",
  serverClosed: "server closed",
  unreachable: "endpoint unreachable",
  error: "network error",
  droppedWithoutSidecarToo: "dropped without sidecar too",
  stillOpen: "still open",
  running: "running",
  void: "void",
  unknown: "unknown",
};

/**
 * The verdict on a whole run: that on its first connection through a sidecar, unless the control says that
 * the sidecar is not to blame.
 */
export function runVerdict(record: RunRecord): Verdict {
  const subject = firstSample(record, "withSidecar");
  const control = firstSample(record, "withoutSidecar");
  if (subject === undefined || control === undefined) {
    return {
      cause: "void",
      sentence: "There is no figure: not both pods have a sample.",
      evidence: [],
    };
  }
  const verdict = sampleVerdict(subject, record);
  const evidence = [
    ...verdict.evidence,
    `${PROBE_NAMES.withoutSidecar}: ${describeEnd(control)}`,
    ...(control.voidReasons ?? []),
  ];
  if (control.voidReasons !== undefined && verdict.cause !== "void") {
    return { cause: "void", sentence: voidSentence(control.voidReasons), evidence };
  }
  // A server that closes does so in both pods, and the sidecar's log has told it already.
  const blamesAnother = ["stillOpen", "running", "void", "serverClosed"].includes(verdict.cause);
  return control.end === "open" || blamesAnother
    ? { ...verdict, evidence }
    : {
        cause: "droppedWithoutSidecarToo",
        sentence:
          "The connection of the pod without a sidecar ended too, so something other than the sidecar ends " +
          "connections to this endpoint.",
        evidence,
      };
}

/** The verdict on one connection by itself. */
export function sampleVerdict(
  sample: Measurement,
  { effective, timelapse }: Pick<RunRecord, "effective" | "timelapse">,
): Verdict {
  const { proxy, probe, end } = sample;
  const evidence = [
    `${PROBE_NAMES[probe]}: ${describeEnd(sample)}`,
    ...(probe === "withSidecar"
      ? [`effective idle timeout: ${describeIdleTimeout(effective)}`]
      : []),
    // Of a connection that the probe closed, the sidecar's log says nothing about a cause.
    ...(proxy === null || end === "open" ? [] : [describeProxy(proxy, timelapse)]),
    ...(sample.voidReasons ?? []),
  ];
  return { ...judge(sample, effective), evidence };
}

function judge(sample: Measurement, effective: EffectiveTimeout): Omit<Verdict, "evidence"> {
  const { end, error, proxy, voidReasons } = sample;
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
  if (end === "error") {
    return {
      cause: "error",
      sentence: `The pod's own network ended the connection (${error ?? "no errno"}).`,
    };
  }
  if (proxy === null) {
    return sample.probe === "withoutSidecar" || effective.source === "bypassed"
      ? {
          cause: "serverClosed",
          sentence: "The endpoint, or something before it, closed the connection.",
        }
      : {
          cause: "unknown",
          sentence: "The connection ended, and the sidecar's own word on why is missing.",
        };
  }
  const how = proxy.upstreamClose === null ? "" : ` (${proxy.upstreamClose})`;
  return {
    cause: "serverClosed",
    sentence: `The endpoint closed the connection${how}, not the sidecar.`,
  };
}

/** Why the sidecar closed a connection by itself; undefined where it did not. */
function closedBySidecar({
  closeReason,
  responseFlags,
}: ProxyEvidence): Omit<Verdict, "evidence"> | undefined {
  if (UNREACHED.test(responseFlags)) {
    return {
      cause: "unreachable",
      sentence: `The sidecar accepted the connection but could not reach the endpoint (${responseFlags}), and closed it.`,
    };
  }
  if (closeReason === null) {
    return undefined;
  }
  if (closeReason === IDLE_CLOSE_REASON) {
    return { cause: "idleTimeout", sentence: "" };
  }
  if (closeReason === MAX_DURATION_CLOSE_REASON) {
    return {
      cause: "maxConnectionDuration",
      sentence:
        "The sidecar closed the connection, because it had reached its greatest duration (maxConnectionDuration), " +
        "idle or not.",
    };
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

function voidSentence(reasons: readonly string[]): string {
  return `The figure is void: ${reasons.join("; ")}. Set run to another number to measure again.`;
}

function describeProxy(proxy: ProxyEvidence, timelapse: RunRecord["timelapse"]): string {
  const { durationMs, responseFlags, closeReason, upstreamClose } = proxy;
  return (
    `sidecar's log: ${proxySeconds(durationMs, timelapse)}, flags ${responseFlags}, ` +
    `close reason ${closeReason ?? "none"}, endpoint's close ${upstreamClose ?? "none"}`
  );
}
