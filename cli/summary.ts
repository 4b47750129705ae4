import type { Measurement, ProbeKind, RunRecord } from "../app/probe/record.ts";
import { describeEffective, describeEnd, PROBE_NAMES, seconds } from "./text.ts";

/** Seconds until each pod's connection ended; null while it was open, or where there is no sample. */
export interface DisconnectSeconds {
  withSidecar: number | null;
  withoutSidecar: number | null;
}

/** The first sample of each kind, in seconds with ms digits. */
export function disconnectSeconds(record: RunRecord): DisconnectSeconds {
  const of = (kind: ProbeKind): number | null => {
    const sample = firstSample(record, kind);
    return sample === undefined || sample.end === "open" ? null : Math.round(sample.heldMs) / 1000;
  };
  return { withSidecar: of("withSidecar"), withoutSidecar: of("withoutSidecar") };
}

/** What was found, in lines a person reads. */
export function summaryLines(record: RunRecord): string[] {
  return [
    `endpoint ${record.endpoint}, timeout ${record.timeout}, run ${record.run}`,
    `effective idle timeout: ${describeEffective(record.effective)}`,
    ...record.samples.flatMap((sample) => [
      `${PROBE_NAMES[sample.probe]}: ${describeEnd(sample)}${describeProxy(sample)}`,
      ...sample.notes.map((note) => `  note: ${note}`),
    ]),
    ...record.notes.map((note) => `note: ${note}`),
  ];
}

/** The first sample of a kind: the one that stands for the run in a single figure. */
export function firstSample(record: RunRecord, kind: ProbeKind): Measurement | undefined {
  return record.samples.find(({ probe }) => probe === kind);
}

function describeProxy({ proxy, end }: Measurement): string {
  return proxy === null || end === "open"
    ? ""
    : `, proxy: ${seconds(proxy.durationMs)}, ${proxy.closeReason ?? "no close reason of its own"}`;
}
