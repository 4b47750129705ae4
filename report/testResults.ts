import type { Measurement, RunRecord } from "../model/record.ts";
import type { MiddlewareKind, Mode } from "../app/probe/sample.ts";
import { groupSamples } from "./sampleGroups.ts";
import { sampleVerdict, testVerdict } from "./verdict.ts";
import type { Cause } from "./verdict.ts";

/** What one test found: connections to one kind of middleware, held in one way. */
export interface TestResult {
  middleware: MiddlewareKind;
  mode: Mode;
  /** Of the first connection through a sidecar. */
  verdict: Cause;
  sentence: string;
  withSidecar: Spread & { causes: Partial<Record<Cause, number>> };
  withoutSidecar: Spread;
}

/** How the connections of one pod ended; in wall time, in a time-lapse too. */
export interface Spread {
  connections: number;
  /** Still open when the window ended. */
  open: number;
  /** Until the first and the last of the others was closed; null where none was. */
  shortestSeconds: number | null;
  longestSeconds: number | null;
}

/** Every test of a run. */
export function testResults(record: RunRecord): TestResult[] {
  return groupSamples(record.samples).map(({ middleware, mode, samples }) => {
    const { cause, sentence } = testVerdict(record, samples);
    const [subjects, controls] = (["withSidecar", "withoutSidecar"] as const).map((kind) =>
      samples.filter(({ probe }) => probe === kind),
    ) as [Measurement[], Measurement[]];
    const causes: Partial<Record<Cause, number>> = {};
    for (const subject of subjects) {
      const { cause: own } = sampleVerdict(subject, record);
      causes[own] = (causes[own] ?? 0) + 1;
    }
    return {
      ...{ middleware, mode, verdict: cause, sentence },
      withSidecar: { ...spreadOf(subjects), causes },
      withoutSidecar: spreadOf(controls),
    };
  });
}

function spreadOf(samples: readonly Measurement[]): Spread {
  const closed = samples.filter(({ end }) => end !== "open").map(({ heldMs }) => heldMs);
  const seconds = (pick: (...ms: number[]) => number): number | null =>
    closed.length === 0 ? null : Math.round(pick(...closed)) / 1000;
  return {
    connections: samples.length,
    open: samples.length - closed.length,
    shortestSeconds: seconds(Math.min),
    longestSeconds: seconds(Math.max),
  };
}
