import type { Measurement, ProbeKind } from "../model/record.ts";
import { groupSamples, ofProbe } from "./sampleGroups.ts";
import type { TestKey } from "./sampleGroups.ts";
import { describeEnd, isDead, shortEnd } from "./text.ts";
import type { Timed } from "./text.ts";

/** Describes how the connections of each test ended, a line each; a single test needs no name. */
export function describeSamples(samples: readonly (TestKey & Timed)[]): string[] {
  const groups = groupSamples(samples);
  return groups.map(({ name, samples: own }) =>
    groups.length > 1 ? `${name}: ${describeSpread(own)}` : describeSpread(own),
  );
}

/** Describes how one connection ended, or the shortest and the longest of several. */
export function describeSpread(samples: readonly Timed[]): string {
  return spread(samples, describeEnd, "closed, after ");
}

/** Describes the same in a table's cell. */
export function shortSpread(samples: readonly Timed[]): string {
  return spread(samples, shortEnd, "closed, ");
}

/** Describes how the connections of one of the pods ended, in a table's cell; `-` where there are none. */
export function endsOf(samples: readonly Measurement[], kind: ProbeKind): string {
  return shortSpread(ofProbe(samples, kind)) || "-";
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
  const dead = byTime.filter(isDead);
  const open = byTime.filter((sample) => sample.end === "open" && !isDead(sample));
  const [shortest, longest] = [closed[0], closed.at(-1)];
  return [
    ...(shortest === undefined || longest === undefined
      ? []
      : [`${closed.length} ${closing}${shortEnd(shortest)} to ${shortEnd(longest)}`]),
    ...[dead, open].flatMap(([one, ...others]) =>
      one === undefined ? [] : [`${others.length + 1} ${describe(one)}`],
    ),
  ].join("; ");
}
