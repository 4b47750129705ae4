import type { Measurement, ProbeKind, RunRecord } from "../app/probe/record.ts";
import { firstSample } from "./firstSample.ts";
import { describeEffective, describeEnd, PROBE_NAMES, proxySeconds } from "./text.ts";
import { CAUSE_NAMES, runVerdict } from "./verdict.ts";

/**
 * Seconds until each pod's connection ended; null while it was open, or where there is no sample. In a
 * time-lapse the sidecar's figure is no number, so that nobody takes it for one of real time.
 */
export interface DisconnectSeconds {
  withSidecar: number | LapsedSeconds | null;
  withoutSidecar: number | null;
}

/** One duration in a time-lapse. */
export interface LapsedSeconds {
  /** How many times as fast the sidecar's clock ran. */
  timelapse: number;
  /** By the sidecar's clock; null where it is not known. */
  proxySeconds: number | null;
  /** By the probe's clock. */
  wallSeconds: number;
}

/** The first sample of each kind, in seconds with ms digits. */
export function disconnectSeconds(record: RunRecord): DisconnectSeconds {
  const ended = (kind: ProbeKind): Measurement | undefined => {
    const sample = firstSample(record, kind);
    return sample?.end === "open" ? undefined : sample;
  };
  const [subject, control] = [ended("withSidecar"), ended("withoutSidecar")];
  return {
    withSidecar:
      subject === undefined ? null : (lapsedSeconds(subject) ?? toSeconds(subject.heldMs)),
    withoutSidecar: control === undefined ? null : toSeconds(control.heldMs),
  };
}

function lapsedSeconds({ timelapse }: Measurement): LapsedSeconds | undefined {
  return (
    timelapse && {
      timelapse: timelapse.factor,
      proxySeconds: timelapse.proxyMs === null ? null : toSeconds(timelapse.proxyMs),
      wallSeconds: toSeconds(timelapse.wallMs),
    }
  );
}

function toSeconds(ms: number): number {
  return Math.round(ms) / 1000;
}

/** What was found, in lines a person reads. */
export function summaryLines(record: RunRecord): string[] {
  const { cause, sentence } = runVerdict(record);
  return [
    `endpoint ${record.endpoint}, timeout ${record.timeout}` +
      (record.path === undefined ? "" : `, path ${record.path}`) +
      (record.remedy === undefined ? "" : `, remedy ${record.remedy}`) +
      `, run ${record.run}`,
    `effective idle timeout: ${describeEffective(record.effective)}`,
    ...(record.timelapse === undefined
      ? []
      : [
          `time-lapse: the sidecar's clock ran x${record.timelapse.factor}; ` +
            `what is not marked so is wall time`,
        ]),
    ...(record.running ? [describeRunning(record)] : []),
    ...record.samples.flatMap((sample) => [
      `${PROBE_NAMES[sample.probe]}: ${sample.running ? "running, " : ""}${describeEnd(sample)}${describeProxy(sample)}`,
      ...(sample.voidReasons ?? []).map((reason) => `  void: ${reason}`),
      ...sample.notes.map((note) => `  note: ${note}`),
    ]),
    ...record.notes.map((note) => `note: ${note}`),
    `verdict: ${CAUSE_NAMES[cause]}. ${sentence}`,
  ];
}

/** Whether all that can be known of a run is known. */
export type RunStatus = "running" | "finished";

export function runStatus({ running }: RunRecord): RunStatus {
  return running ? "running" : "finished";
}

/** When the last of the run's windows ends, in ms since the epoch. */
export function windowEndMs({ samples, observeMs }: RunRecord): number {
  return Math.max(...samples.map(({ connectedAt }) => Date.parse(connectedAt))) + observeMs;
}

function describeRunning(record: RunRecord): string {
  const end = new Date(windowEndMs(record)).toISOString().replace(/\.\d+Z$/, "Z");
  return (
    `running in the pods until ${end} at the latest; pulumi up after that, or npm run collect, ` +
    `tells how it ended`
  );
}

function describeProxy({ proxy, end, timelapse }: Measurement): string {
  return proxy === null || end === "open"
    ? ""
    : `, proxy: ${proxySeconds(proxy.durationMs, timelapse)}, ${proxy.closeReason ?? "no close reason of its own"}`;
}
