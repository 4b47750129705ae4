import type { EffectiveTimeout, Sample } from "../app/probe/record.ts";
import { formatDuration } from "../components/duration.ts";
import { toWallMs } from "../components/timelapse.ts";
import type { EntrySearch } from "./accessLog.ts";
import { formatIdleTimeout, seconds } from "./text.ts";

/** What the proxy logs when its idle timeout closed a connection. */
export const IDLE_CLOSE_REASON = "tcp_session_idle_timeout";

/** Probe and proxy may differ by this much, in ms, before a reader has to know. */
const AGREEMENT_MS = 50;
/** Connections opened within this time, in ms, met the same conditions. */
const SAME_TIME_MS = 5000;
/** Response flags of a proxy that could not reach the other side. */
const UNREACHED = /\b(UF|UH|UO|NR|NC|UAEX|DF)\b/;
/** How long the connection is open beyond its idle timeout, in ms, before that is remarkable. */
const OVERDUE_MS = 1000;

/** What a reader has to know before trusting a figure, whichever pod it comes from. */
export function notesOnSample({ lastByteMs }: Sample): string[] {
  return lastByteMs === undefined
    ? []
    : [
        `the server sent data until ${seconds(lastByteMs)} after connecting: ` +
          `the connection was idle only from then on`,
      ];
}

/** The same for the pod with a sidecar, where there is more to know. */
export function notesOnSubject(subject: {
  sample: Sample;
  effective: EffectiveTimeout;
  /** Undefined where the sidecar writes no entries of ours. */
  search: EntrySearch | undefined;
  /** What changed at the sidecar meanwhile. */
  changes: string[];
  /** How many times as fast the sidecar's clock ran; 1 is real time. */
  factor: number;
}): string[] {
  const { sample, effective, search, changes, factor } = subject;
  return [
    ...notesOnSample(sample),
    ...notesOnOverdue(sample, effective, factor),
    ...(search === undefined ? [] : notesOnEntry(sample, search, factor)),
    ...(factor === 1 ? [] : notesOnTimelapse({ sample, effective, entry: search?.entry, factor })),
    ...changes,
  ];
}

function notesOnOverdue(
  { end, heldMs, lastByteMs = 0 }: Sample,
  { idleTimeoutMs }: EffectiveTimeout,
  factor: number,
): string[] {
  const overdue =
    idleTimeoutMs > 0 && heldMs - lastByteMs > toWallMs(idleTimeoutMs, factor) + OVERDUE_MS;
  const how = end === "open" ? "and the connection was still open" : "before the connection ended";
  return overdue
    ? [
        `the idle timeout of ${formatDuration(idleTimeoutMs)} passed ${how}: ` +
          `does it go through the sidecar?`,
      ]
    : [];
}

function notesOnEntry(
  sample: Sample,
  { entry, unreadable }: EntrySearch,
  factor: number,
): string[] {
  if (sample.end === "open") {
    return []; // The probe closed it, so the proxy's entry says nothing about a cause.
  }
  if (entry === undefined) {
    const why =
      unreadable === undefined
        ? "has no entry of this connection"
        : `could not be read (${unreadable})`;
    return [`the sidecar's access log ${why}, so its own duration and reason are unknown`];
  }
  const { durationMs, responseFlags, closeReason, upstreamClose } = entry;
  const notes: string[] = [];
  if (factor === 1 && Math.abs(sample.heldMs - durationMs) > AGREEMENT_MS) {
    notes.push(
      `probe and sidecar differ by more than ${AGREEMENT_MS} ms: ` +
        `${seconds(sample.heldMs)} and ${seconds(durationMs)}`,
    );
  }
  if (UNREACHED.test(responseFlags)) {
    notes.push(
      `the sidecar accepted the connection but could not reach the endpoint (${responseFlags}), and closed it`,
    );
  } else if (closeReason === null) {
    const how = upstreamClose === null ? "" : ` (${upstreamClose})`;
    notes.push(`the server closed the connection${how}, not the sidecar`);
  } else if (closeReason !== IDLE_CLOSE_REASON) {
    notes.push(`the sidecar closed the connection for another reason: ${closeReason}`);
  }
  return notes;
}

/**
 * A time-lapse has to prove itself: that the sidecar's clock ran as fast as it should, and that the
 * connection was closed at the timeout by that clock. Otherwise its figure is void.
 */
function notesOnTimelapse(lapse: {
  sample: Sample;
  effective: EffectiveTimeout;
  entry: EntrySearch["entry"];
  factor: number;
}): string[] {
  const { sample, effective, entry, factor } = lapse;
  const open = sample.end === "open";
  if (entry === undefined) {
    return open
      ? [`whether the sidecar's clock ran at x${factor} is unknown: its log has no entry yet`]
      : [`void: without the sidecar's own duration a time-lapse says nothing`];
  }
  const proxyWallMs = toWallMs(entry.durationMs, factor);
  if (Math.abs(sample.heldMs - proxyWallMs) > AGREEMENT_MS) {
    return [
      `void: the sidecar's clock did not run at x${factor}: it counted ${seconds(entry.durationMs)} in ` +
        `${seconds(sample.heldMs)} of wall time`,
    ];
  }
  const { lastByteMs = 0 } = sample;
  const { idleTimeoutMs } = effective;
  const expectedWallMs = lastByteMs + toWallMs(idleTimeoutMs, factor);
  if (!open && idleTimeoutMs > 0 && Math.abs(proxyWallMs - expectedWallMs) > AGREEMENT_MS) {
    return [
      `void: the sidecar held the connection for ${seconds(entry.durationMs)} at x${factor}, which is more than ` +
        `${AGREEMENT_MS} ms of wall time off its idle timeout of ${formatDuration(idleTimeoutMs)}`,
    ];
  }
  return [];
}

/** What holds for the run as a whole. */
export function notesOnRun(run: {
  /** Name of the EnvoyFilter that should have set the timeout but is not in the cluster. */
  missingPolicy: string | undefined;
  effective: EffectiveTimeout;
  /** The sample of the pod with a sidecar. */
  subject: Sample;
  /** The sample of the pod without one. */
  control: Sample;
}): string[] {
  const notes: string[] = [];
  if (run.missingPolicy !== undefined) {
    const { idleTimeoutMs, source } = run.effective;
    const whose = source === "envoy-default" ? "its default of " : "";
    const applied = `${whose}${formatIdleTimeout(idleTimeoutMs)}`;
    notes.push(
      `EnvoyFilter ${run.missingPolicy} is not in the cluster; the proxy applies ${applied}`,
    );
  }
  if (run.control.end !== "open") {
    notes.push(
      "the connection without a sidecar ended too: something other than the sidecar ends connections " +
        "to this endpoint",
    );
  }
  const apartMs = Math.abs(
    Date.parse(run.subject.connectedAt) - Date.parse(run.control.connectedAt),
  );
  if (apartMs > SAME_TIME_MS) {
    notes.push(
      `the two connections were opened ${seconds(apartMs, 0)} apart, not at the same time`,
    );
  }
  return notes;
}
