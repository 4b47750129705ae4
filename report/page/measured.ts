import type { Measurement } from "../../model/record.ts";
import { isDead } from "../text.ts";
import { idleTestsOf, subjectsOf } from "./reported.ts";
import type { ReportedStack, StackTest } from "./reported.ts";

/** How long the connections through a sidecar were held, by one clock. */
export interface Span {
  /** Shortest and longest, in ms; by the sidecar's clock in a time-lapse. */
  shortestMs: number;
  longestMs: number;
  /** Whether the sidecar's clock ran faster. */
  lapsed: boolean;
}

/** Returns how long a test's connections through the sidecar were held; undefined where that is not known of all: nobody
 * knows for how long a dead one was alive. */
export function spanOf({ test }: Pick<StackTest, "test">): Span | undefined {
  const subjects = subjectsOf({ test });
  const times = subjects.map((sample) => (isDead(sample) ? null : sidecarMs(sample)));
  const known = times.filter((ms) => ms !== null);
  return known.length === 0 || known.length < times.length
    ? undefined
    : {
        shortestMs: Math.min(...known),
        longestMs: Math.max(...known),
        lapsed: subjects.some(({ timelapse }) => timelapse !== undefined),
      };
}

/** Time that passed for the sidecar, in ms; null where a time-lapse does not tell. */
export function sidecarMs({ heldMs, timelapse }: Measurement): number | null {
  return timelapse === undefined ? heldMs : timelapse.proxyMs;
}

/** A test whose connections outlived those of another test that the sidecar's idle timeout closed. */
export interface Outlived {
  better: StackTest;
  /** The test that lost its connections first. */
  worse: StackTest;
  /** Whether the better one's connections were open at the end; otherwise its idle timeout closed them too, later. */
  open: boolean;
}

/** Two tests differ where they are further apart than that, in ms: twice what a busy node may be late. */
const APART_MS = 2000;

/**
 * Lists the tests that held idle connections longer than another test of the same kind in which the sidecar's idle
 * timeout closed them, by the same clock: never real time against a time-lapse.
 */
export function findOutlived(stacks: readonly ReportedStack[]): Outlived[] {
  const tests = idleTestsOf(stacks);
  const closed = tests.filter(({ test }) => test.verdict.cause === "idleTimeout");
  return tests.flatMap((better): Outlived[] => {
    const { cause } = better.test.verdict;
    const open = subjectsOf(better).every(({ end }) => end === "open");
    const kept = cause === "stillOpen" && open;
    const own = kept || cause === "idleTimeout" ? spanOf(better) : undefined;
    if (own === undefined) {
      return [];
    }
    const [worse] = closed
      .flatMap((other) => {
        const span = spanOf(other);
        const shorter =
          span?.lapsed === own.lapsed &&
          span.longestMs + APART_MS < own.shortestMs &&
          sameKind(better, other);
        return shorter ? [{ other, ms: span.longestMs }] : [];
      })
      .sort((a, b) => a.ms - b.ms);
    return worse === undefined ? [] : [{ better, worse: worse.other, open: kept }];
  });
}

function sameKind({ test: a }: StackTest, { test: b }: StackTest): boolean {
  return a.middleware === b.middleware && a.mode === b.mode;
}
