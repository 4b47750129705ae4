import type { Measurement, RunRecord } from "../model/record.ts";
import type { MiddlewareKind, Mode } from "../app/probe/sample.ts";
import { formatDuration } from "../model/duration.ts";
import { DEFAULT_REMEDY, parseRemedy } from "../model/remedy.ts";
import { idleTimeoutByRule } from "../model/remedyBehaviour.ts";
import { toWallMs } from "../model/timelapse.ts";
import { parseTimeout } from "../model/timeout.ts";
import { VIRTUAL_OUTBOUND } from "../model/istio/wellKnown.ts";
import { recordTarget } from "./recordTarget.ts";
import { groupSamples, ofProbe } from "./sampleGroups.ts";
import { endsOf } from "./spread.ts";
import { seconds } from "./text.ts";
import { CAUSE_NAMES, judgeWithControls, runVerdict, testVerdict } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";

/** One stack's run beside others. */
export interface Comparison {
  stack: string;
  record: RunRecord;
  /** Every test of the run. */
  tests: TestComparison[];
}

/** A stack of which there is nothing to compare. */
export interface UnreadableStack {
  stack: string;
  /** Why, in one line. */
  problem: string;
}

/** One test of a run beside what its stack's configuration lets expect. */
export interface TestComparison {
  /** Tells the test from the run's others, such as `redis silent`. */
  name: string;
  middleware: MiddlewareKind;
  mode: Mode;
  /** `host:port`. */
  endpoint: string;
  verdict: Verdict;
  /**
   * When the sidecar should close the connections by the stack's configuration, or with `asIs` by its own, in ms of wall time since
   * something was last sent; null where they should still be open when the window ends.
   */
  expectedMs: number | null;
  /** Samples of both pods. */
  samples: Measurement[];
}

/** Compares what was measured in a stack with what its configuration lets expect. */
export function compareRun(stack: string, record: RunRecord): Comparison {
  const tests = groupSamples(record.samples).map((test): TestComparison => ({
    ...test,
    verdict: testVerdict(record, test.samples),
    expectedMs: test.mode === "ping" ? null : expectedMs(record, test.samples),
  }));
  return { stack, record, tests };
}

function expectedMs(record: RunRecord, samples: readonly Measurement[]): number | null {
  const { observeMs, timelapse } = record;
  const idleTimeoutMs = configuredIdleTimeoutMs(record, samples);
  const wallMs = toWallMs(idleTimeoutMs, timelapse?.factor ?? 1);
  return idleTimeoutMs > 0 && wallMs < observeMs ? wallMs : null;
}

/**
 * Returns the idle timeout that a stack's configuration lets a test's connections meet, or with `asIs` the sidecar's own,
 * in ms; 0 is never.
 */
export function configuredIdleTimeoutMs(
  record: RunRecord,
  [sample]: readonly Measurement[],
): number {
  const configured = {
    remedy: parseRemedy(record.remedy ?? DEFAULT_REMEDY),
    timeout: parseTimeout(record.timeout),
  };
  const effective =
    sample === undefined ? record.effective : recordTarget(record, sample).effective;
  const hasPort = sample !== undefined && effective.listener !== VIRTUAL_OUTBOUND;
  // What only the mesh knows is as the sidecar's configuration says.
  return idleTimeoutByRule(configured, hasPort) ?? effective.idleTimeoutMs;
}

/** Titles of the cells of {@link comparisonRows}. */
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

/** A stack as rows of a table over stacks, one for each test; `-` where there is nothing to say. */
export function comparisonRows({ stack, record, tests }: Comparison): string[][] {
  return tests.map((test) => {
    return [
      stack,
      record.istioVersion,
      record.envoyVersion,
      describeVariant(record, tests.length > 1 || test.mode !== "silent" ? test.name : undefined),
      describeExpected(record, test.expectedMs),
      endsOf(test.samples, "withSidecar"),
      endsOf(test.samples, "withoutSidecar"),
      CAUSE_NAMES[test.verdict.cause],
    ];
  });
}

/** `10s`, or `10s (redis ping, serviceEntry, destinationRule)` with what is not the default. */
function describeVariant({ path, remedy, timeout }: RunRecord, test: string | undefined): string {
  const special = [test, path, remedy].filter((text) => text !== undefined).join(", ");
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
 * How a run differs from what its stack's configuration lets expect, in one line; undefined where it does
 * not.
 *
 * @param toleranceMs of wall time, by which a close may be off.
 */
export function deviation({ record, tests }: Comparison, toleranceMs: number): string | undefined {
  if (record.runningUntil !== undefined) {
    return "it is still being measured; npm run collect waits for the result";
  }
  if (tests.length === 0) {
    return runVerdict(record).sentence;
  }
  const deviations = tests.flatMap((test) => {
    const found = testDeviation(record, test, toleranceMs);
    return found === undefined ? [] : [tests.length > 1 ? `${test.name}: ${found}` : found];
  });
  return deviations.length === 0 ? undefined : deviations.join("; ");
}

/** Says how one test differs from that; undefined where it does not. */
export function testDeviation(
  record: RunRecord,
  { expectedMs, samples, verdict }: TestComparison,
  toleranceMs: number,
): string | undefined {
  const expected = expectedMs === null ? "stillOpen" : "idleTimeout";
  const subjects = ofProbe(samples, "withSidecar");
  const other = [
    verdict,
    ...subjects.map((subject) => judgeWithControls(record, subject, samples)),
  ].find(({ cause }) => cause !== expected);
  if (other !== undefined) {
    const wanted =
      other.cause === "notPassedOn"
        ? "the connection should have reached the endpoint"
        : expectedMs === null
          ? "it should have stayed open"
          : `the sidecar should have closed the connection after ${seconds(expectedMs)}`;
    return `${wanted}: ${other.sentence}`;
  }
  if (expectedMs === null) {
    return undefined;
  }
  const offMs = ({ heldMs, lastByteMs = 0 }: Measurement): number =>
    Math.abs(heldMs - lastByteMs - expectedMs);
  const [worst] = [...subjects].sort((a, b) => offMs(b) - offMs(a));
  return worst === undefined || offMs(worst) <= toleranceMs
    ? undefined
    : `closed after ${seconds(worst.heldMs)}, which is ${seconds(offMs(worst))} off ${seconds(expectedMs)}, ` +
        `more than ${formatDuration(toleranceMs)}`;
}

/** Writes the lines that a reader of the table needs. */
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
