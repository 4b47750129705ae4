import type { EffectiveTimeout, Measurement } from "../../model/record.ts";
import type { Sample } from "../../app/probe/sample.ts";
import { formatDuration } from "../../model/duration.ts";
import { toWallMs } from "../../model/timelapse.ts";
import type { EntrySearch } from "../sidecar/accessLog.ts";
import { formatDestination } from "../sidecar/listenerMatch.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import { seconds } from "../../report/text.ts";

/** Probe and proxy may differ by this much, in ms, before a reader has to know. */
const AGREEMENT_MS = 50;
/** Longest time to open a connection, in ms, that needs no note. */
const HANDSHAKE_MS = 250;
/** How long the connection is open beyond its idle timeout, in ms, before that is remarkable. */
const OVERDUE_MS = 1000;

/** Notes on a figure, and reasons that make it void. */
export interface Remarks {
  /** Why it must not be used. */
  voidReasons: readonly string[];
  /** Facts that a reader has to know before trusting it. */
  notes: readonly string[];
}

export const NO_REMARKS: Remarks = { voidReasons: [], notes: [] };

/** Lists facts that a reader has to know before trusting a figure from either pod. */
export function notesOnSample({ lastByteMs = 0, mode, greeting }: Sample): string[] {
  // A handshake takes some ms; a pinged connection is not meant to be idle.
  const late = lastByteMs > HANDSHAKE_MS && mode !== "ping";
  return [
    ...(greeting === undefined ? [] : [greeting]),
    ...(late
      ? [
          `data was sent until ${seconds(lastByteMs)} after connecting: the connection was idle only from then on`,
        ]
      : []),
  ];
}

/** Lists such facts for a figure of the pod with a sidecar, where there are more. */
export function notesOnSubject(subject: {
  sample: Sample;
  effective: EffectiveTimeout;
  /** Where the connection was to go. */
  destination: Destination;
  /** Undefined where the sidecar writes no entries of ours. */
  search: EntrySearch | undefined;
  /** Changes at the sidecar while the connection was held. */
  changes: Remarks & { endedWith?: string };
  /** How many times as fast the sidecar's clock ran; 1 is real time. */
  factor: number;
}): Pick<Measurement, "notes" | "voidReasons"> {
  const { sample, effective, destination, search, changes, factor } = subject;
  const bypassed = effective.source === "bypassed";
  const proof = bypassed
    ? proofOfBypass(search)
    : factor === 1
      ? NO_REMARKS
      : proofOfTimelapse({ sample, effective, entry: search?.entry, factor });
  const voidReasons = [
    ...proof.voidReasons,
    ...elsewhere(destination, search?.entry),
    ...changes.voidReasons,
    ...(changes.endedWith !== undefined && search?.entry === undefined && sample.end !== "open"
      ? [changes.endedWith]
      : []),
  ];
  return {
    ...(voidReasons.length > 0 && { voidReasons }),
    notes: [
      ...notesOnSample(sample),
      ...notesOnOverdue(sample, effective, factor),
      ...(search === undefined || bypassed ? [] : notesOnEntry(sample, search, factor)),
      ...proof.notes,
      ...changes.notes,
    ],
  };
}

/** Says so where the sidecar has logged another destination than the one whose configuration was read. */
function elsewhere(expected: Destination, entry: EntrySearch["entry"]): string[] {
  const meant = formatDestination(expected);
  return entry === undefined || entry.destination === meant
    ? []
    : [`the sidecar's log has the connection going to ${entry.destination}, not to ${meant}`];
}

function notesOnOverdue(
  { end, heldMs, lastByteMs }: Sample,
  { awaitFirstBytes, idleTimeoutMs }: EffectiveTimeout,
  factor: number,
): string[] {
  if (awaitFirstBytes !== undefined && lastByteMs === undefined) {
    return []; // No idle timeout runs before the client's first bytes.
  }
  const overdue =
    idleTimeoutMs > 0 && heldMs - (lastByteMs ?? 0) > toWallMs(idleTimeoutMs, factor) + OVERDUE_MS;
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
  return factor === 1 && Math.abs(sample.heldMs - entry.durationMs) > AGREEMENT_MS
    ? [
        `probe and sidecar differ by more than ${AGREEMENT_MS} ms: ` +
          `${seconds(sample.heldMs)} and ${seconds(entry.durationMs)}`,
      ]
    : [];
}

/**
 * A time-lapse has to prove itself: that the sidecar's clock ran as fast as it should, and that the
 * connection was closed at the timeout by that clock. Otherwise its figure is void.
 */
function proofOfTimelapse(lapse: {
  sample: Sample;
  effective: EffectiveTimeout;
  entry: EntrySearch["entry"];
  factor: number;
}): Remarks {
  const { sample, effective, entry, factor } = lapse;
  const wrong = (why: string): Remarks => ({ voidReasons: [why], notes: [] });
  const open = sample.end === "open";
  if (entry === undefined) {
    return open
      ? {
          voidReasons: [],
          notes: [
            `whether the sidecar's clock ran at x${factor} is unknown: its log has no entry yet`,
          ],
        }
      : wrong("without the sidecar's own duration a time-lapse says nothing");
  }
  const proxyWallMs = toWallMs(entry.durationMs, factor);
  const shortMs = sample.heldMs - proxyWallMs;
  // The probe closes an open connection; the sidecar counts on until the endpoint has closed its side too.
  if (open ? shortMs > AGREEMENT_MS : Math.abs(shortMs) > AGREEMENT_MS) {
    return wrong(
      `the sidecar's clock did not run at x${factor}: it counted ${seconds(entry.durationMs)} in ` +
        `${seconds(sample.heldMs)} of wall time`,
    );
  }
  const { lastByteMs = 0 } = sample;
  const { idleTimeoutMs } = effective;
  const expectedWallMs = lastByteMs + toWallMs(idleTimeoutMs, factor);
  if (!open && idleTimeoutMs > 0 && Math.abs(proxyWallMs - expectedWallMs) > AGREEMENT_MS) {
    return wrong(
      `the sidecar held the connection for ${seconds(entry.durationMs)} at x${factor}, which is more than ` +
        `${AGREEMENT_MS} ms of wall time off its idle timeout of ${formatDuration(idleTimeoutMs)}`,
    );
  }
  return NO_REMARKS;
}

/** A connection past the sidecar proves itself by the silence of the sidecar's log. */
function proofOfBypass(search: EntrySearch | undefined): Remarks {
  if (search?.entry !== undefined) {
    return {
      voidReasons: [
        "the connection went through the sidecar, which logged it, although its port is excluded",
      ],
      notes: [],
    };
  }
  const unknown = search === undefined ? "evidence is false" : search.unreadable;
  return unknown === undefined
    ? NO_REMARKS
    : {
        voidReasons: [],
        notes: [`whether the connection really went past the sidecar is unknown: ${unknown}`],
      };
}
