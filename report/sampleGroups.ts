import type { Measurement, ProbeKind, RunRecord } from "../model/record.ts";
import type { MiddlewareKind, Mode, Sample } from "../app/probe/sample.ts";
import { describeEnd, shortEnd } from "./text.ts";
import type { Timed } from "./text.ts";

/** What a connection was for. */
export type TestName = Pick<Sample, "middleware" | "mode">;

/** The samples of one test. */
export interface SampleGroup<T extends TestName> {
  middleware: MiddlewareKind;
  mode: Mode;
  samples: T[];
}

/** Samples by what their connections were for, in the order in which they come. */
export function groupSamples<T extends TestName>(samples: readonly T[]): SampleGroup<T>[] {
  const groups = new Map<string, SampleGroup<T>>();
  for (const sample of samples) {
    const { middleware, mode } = sample;
    const name = nameTest(sample);
    const group = groups.get(name) ?? { middleware, mode, samples: [] };
    group.samples.push(sample);
    groups.set(name, group);
  }
  return [...groups.values()];
}

/** `redis silent`. */
export function nameTest({ middleware, mode }: TestName): string {
  return `${middleware} ${mode}`;
}

/** A line for each test: how its connections ended. Where there is one test it needs no name. */
export function describeSamples(samples: readonly (TestName & Timed)[]): string[] {
  const groups = groupSamples(samples);
  return groups.map((group) => {
    const name = groups.length > 1 ? `${nameTest(group)}: ` : "";
    return `${name}${describeSpread(group.samples)}`;
  });
}

/** How one connection ended, or the shortest and the longest of several. */
export function describeSpread(samples: readonly Timed[]): string {
  return spread(samples, describeEnd, "closed, after ");
}

/** The same for a table's cell. */
export function shortSpread(samples: readonly Timed[]): string {
  return spread(samples, shortEnd, "closed, ");
}

function spread(
  samples: readonly Timed[],
  describe: (sample: Timed) => string,
  closing: string,
): string {
  const [first] = samples;
  if (first !== undefined && samples.length === 1) {
    return describe(first);
  }
  const byTime = [...samples].sort((a, b) => a.heldMs - b.heldMs);
  const closed = byTime.filter(({ end }) => end !== "open");
  const [open, ...others] = byTime.filter(({ end }) => end === "open");
  const [shortest, longest] = [closed[0], closed.at(-1)];
  return [
    ...(shortest === undefined || longest === undefined
      ? []
      : [`${closed.length} ${closing}${shortEnd(shortest)} to ${shortEnd(longest)}`]),
    ...(open === undefined ? [] : [`${others.length + 1} ${describe(open)}`]),
  ].join("; ");
}

/** The first sample of a kind that was silent: the one that stands for the run in a single figure. */
export function firstSample(
  { samples }: Pick<RunRecord, "samples">,
  kind: ProbeKind,
): Measurement | undefined {
  const all = samples.filter(({ probe }) => probe === kind);
  return all.find(({ mode }) => mode === "silent") ?? all[0];
}
