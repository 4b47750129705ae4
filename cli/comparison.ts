import type { ProbeKind, RunRecord } from "../app/probe/record.ts";
import { formatDuration } from "../components/duration.ts";
import { DEFAULT_REMEDY, lawfulIdleTimeoutMs, parseRemedy } from "../components/remedy.ts";
import { toWallMs } from "../components/timelapse.ts";
import { parseTimeout } from "../components/timeout.ts";
import { firstSample } from "./firstSample.ts";
import { VIRTUAL_OUTBOUND } from "./listenerMatch.ts";
import { seconds, shortEnd } from "./text.ts";
import { CAUSE_NAMES, runVerdict } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";

/** One stack's run beside others. */
export interface Comparison {
  stack: string;
  record: RunRecord;
  verdict: Verdict;
  /**
   * When the sidecar should close the connection by the stack's configuration, in ms of wall time; null
   * where it should still be open when the window ends.
   */
  expectedMs: number | null;
}

/** What was measured in a stack beside what its configuration lets expect. */
export function compareRun(stack: string, record: RunRecord): Comparison {
  const { observeMs, timelapse } = record;
  const configured = {
    remedy: parseRemedy(record.remedy ?? DEFAULT_REMEDY),
    timeout: parseTimeout(record.timeout),
  };
  const hasPort = record.effective.listener !== VIRTUAL_OUTBOUND;
  const idleTimeoutMs = lawfulIdleTimeoutMs(configured, hasPort);
  const expectedMs = toWallMs(idleTimeoutMs, timelapse?.factor ?? 1);
  const closes = idleTimeoutMs > 0 && expectedMs < observeMs;
  return { stack, record, verdict: runVerdict(record), expectedMs: closes ? expectedMs : null };
}

/** Titles of {@link comparisonRow}'s cells. */
export const COMPARISON_HEADER = [
  "stack",
  "Istio",
  "Envoy",
  "timeout",
  "expected",
  "with sidecar",
  "without sidecar",
  "verdict",
] as const;

/** A stack as a row of a table over stacks; `-` where there is nothing to say. */
export function comparisonRow({ stack, record, verdict, expectedMs }: Comparison): string[] {
  const end = (kind: ProbeKind): string => {
    const sample = firstSample(record, kind);
    return sample === undefined ? "-" : shortEnd(sample);
  };
  return [
    stack,
    record.istioVersion,
    record.envoyVersion,
    describeVariant(record),
    describeExpected(record, expectedMs),
    end("withSidecar"),
    end("withoutSidecar"),
    CAUSE_NAMES[verdict.cause],
  ];
}

/** `10s`, or `10s (serviceEntry, destinationRule)` with what is not the default. */
function describeVariant({ path, remedy, timeout }: RunRecord): string {
  const special = [path, remedy].filter((text) => text !== undefined).join(", ");
  return special === "" ? timeout : `${timeout} (${special})`;
}

/** `10s`, `3600s at x360` or `open`: real and lapsed time never look alike. */
function describeExpected({ timelapse }: RunRecord, expectedMs: number | null): string {
  if (expectedMs === null) {
    return "open";
  }
  return timelapse === undefined
    ? formatDuration(expectedMs)
    : `${formatDuration(expectedMs * timelapse.factor)} at x${timelapse.factor}`;
}

/**
 * How a run differs from what its stack's configuration lets expect; undefined where it does not.
 *
 * @param toleranceMs of wall time, by which a close may be off.
 */
export function deviation(
  { record, verdict, expectedMs }: Comparison,
  toleranceMs: number,
): string | undefined {
  const subject = firstSample(record, "withSidecar");
  if (subject === undefined) {
    return verdict.sentence;
  }
  if (record.running) {
    return "it is still being measured; npm run collect waits for the result";
  }
  if (expectedMs === null) {
    return verdict.cause === "stillOpen"
      ? undefined
      : `it should have stayed open: ${verdict.sentence}`;
  }
  if (verdict.cause !== "idleTimeout") {
    return `the sidecar should have closed the connection after ${seconds(expectedMs)}: ${verdict.sentence}`;
  }
  const offMs = Math.abs(subject.heldMs - (subject.lastByteMs ?? 0) - expectedMs);
  return offMs <= toleranceMs
    ? undefined
    : `closed after ${seconds(subject.heldMs)}, which is ${seconds(offMs)} off ${seconds(expectedMs)}, ` +
        `more than ${formatDuration(toleranceMs)}`;
}

/** What has to be known to read the table. */
export function legendOf(comparisons: readonly Comparison[]): string[] {
  const lapsed = comparisons.filter(({ record }) => record.timelapse !== undefined);
  return [
    "open >= N s: still open when the window ended; nothing is said about later.",
    ...(lapsed.length === 0
      ? []
      : [
          `${lapsed.map(({ stack }) => stack).join(", ")}: a time-lapse, where seconds at xN are the sidecar's own, ` +
            "whose clock ran N times as fast; what is not marked so is real time.",
        ]),
  ];
}
