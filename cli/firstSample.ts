import type { Measurement, ProbeKind, RunRecord } from "../app/probe/record.ts";

/** The first sample of a kind that was silent: the one that stands for the run in a single figure. */
export function firstSample(
  { samples }: Pick<RunRecord, "samples">,
  kind: ProbeKind,
): Measurement | undefined {
  const all = samples.filter(({ probe }) => probe === kind);
  return all.find(({ mode }) => mode === "silent") ?? all[0];
}
