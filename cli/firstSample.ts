import type { Measurement, ProbeKind, RunRecord } from "../app/probe/record.ts";

/** The first sample of a kind: the one that stands for the run in a single figure. */
export function firstSample(record: RunRecord, kind: ProbeKind): Measurement | undefined {
  return record.samples.find(({ probe }) => probe === kind);
}
