import type { Measurement, RunRecord } from "../model/record.ts";
import type { MiddlewareKind, Mode } from "../app/probe/sample.ts";
import { groupSamples, ofProbe } from "./sampleGroups.ts";
import { isDead } from "./text.ts";
import { countCauses, testVerdict } from "./verdict.ts";
import type { Cause } from "./verdict.ts";

/** Result of one test: all connections to one endpoint that were used in one way. */
export interface TestResult {
  middleware: MiddlewareKind;
  mode: Mode;
  /** `host:port`. */
  endpoint: string;
  /** Cause of the first connection through a sidecar. */
  verdict: Cause;
  sentence: string;
  withSidecar: Spread & { causes: Partial<Record<Cause, number>> };
  withoutSidecar: Spread;
}

/** How the connections of one pod ended, in wall time (in a time-lapse too). */
export interface Spread {
  connections: number;
  /** Still open when the window ended. */
  open: number;
  /** Seemingly open as well, but the endpoint did not answer. */
  dead: number;
  /** Until the first and the last of the others was closed; null where none was. */
  shortestSeconds: number | null;
  longestSeconds: number | null;
}

/** Lists the tests of a run. */
export function testResults(record: RunRecord): TestResult[] {
  return groupSamples(record.samples).map(({ middleware, mode, endpoint, samples }) => {
    const { cause, sentence } = testVerdict(record, samples);
    return {
      ...{ middleware, mode, endpoint, verdict: cause, sentence },
      withSidecar: {
        ...spreadOf(ofProbe(samples, "withSidecar")),
        causes: countCauses(record, samples),
      },
      withoutSidecar: spreadOf(ofProbe(samples, "withoutSidecar")),
    };
  });
}

function spreadOf(samples: readonly Measurement[]): Spread {
  const closed = samples.filter(({ end }) => end !== "open").map(({ heldMs }) => heldMs);
  const dead = samples.filter(isDead).length;
  const seconds = (pick: (...ms: number[]) => number): number | null =>
    closed.length === 0 ? null : Math.round(pick(...closed)) / 1000;
  return {
    connections: samples.length,
    open: samples.length - closed.length - dead,
    dead,
    shortestSeconds: seconds(Math.min),
    longestSeconds: seconds(Math.max),
  };
}
