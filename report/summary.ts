import type { MiddlewareKind } from "../app/probe/sample.ts";
import type { Measurement, ProbeKind, RunRecord, TargetRecord } from "../model/record.ts";
import { firstSample, groupSamples, ofProbe } from "./sampleGroups.ts";
import { safeText } from "./safeText.ts";
import { describeSpread } from "./spread.ts";
import {
  describeEffective,
  describeIdleLimit,
  describeUse,
  PROBE_NAMES,
  proxySeconds,
} from "./text.ts";
import { CAUSE_NAMES, testVerdict } from "./verdict.ts";

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

/** Writes the findings in lines for people. */
export function summaryLines(record: RunRecord): string[] {
  const alike = (kind: MiddlewareKind): number =>
    record.targets.filter(({ middleware }) => middleware === kind).length;
  const whose = ({ middleware, endpoint }: TargetRecord): string =>
    record.targets.length === 1
      ? ""
      : ` for ${middleware}${alike(middleware) === 1 ? "" : ` ${endpoint}`}`;
  const groups = groupSamples(record.samples);
  const tests = groups.map((group) => ({
    name: groups.length > 1 ? `${group.name}, ` : "",
    samples: group.samples,
  }));
  return [
    `endpoint ${record.targets.map(({ endpoint }) => endpoint).join(", ")}, timeout ${record.timeout}` +
      (record.path === undefined ? "" : `, path ${record.path}`) +
      (record.remedy === undefined ? "" : `, remedy ${record.remedy}`) +
      `, run ${record.run}`,
    ...record.targets.map(
      (target) => `effective idle timeout${whose(target)}: ${describeEffective(target.effective)}`,
    ),
    ...(record.timelapse === undefined
      ? []
      : [
          `time-lapse: the sidecar's clock ran x${record.timelapse.factor}; ` +
            `what is not marked so is wall time`,
        ]),
    ...(record.runningUntil === undefined ? [] : [describeRunning(record.runningUntil)]),
    ...tests.flatMap(({ name, samples }) =>
      PROBE_KINDS.flatMap((kind) => describeProbe(record, samples, kind, name)),
    ),
    ...record.notes.map((note) => `note: ${note}`),
    ...tests.map(({ name, samples }) => {
      const { cause, sentence } = testVerdict(record, samples);
      return `${name}verdict: ${CAUSE_NAMES[cause]}. ${sentence}`;
    }),
  ].map(safeText);
}

/** Lines of a kind beside the samples of one pod; of a thousand connections there may be hundreds. */
const MOST_REMARKS = 3;

const PROBE_KINDS: readonly ProbeKind[] = ["withSidecar", "withoutSidecar"];

function describeProbe(
  { timelapse }: RunRecord,
  all: readonly Measurement[],
  kind: ProbeKind,
  name: string,
): string[] {
  const samples = ofProbe(all, kind);
  const [first] = samples;
  if (first === undefined) {
    return [];
  }
  const running = samples.some((sample) => sample.running) ? "running, " : "";
  const proxy = samples.length === 1 ? describeProxy(first) : describeProxies(samples, timelapse);
  const remarks = (title: string, pick: (sample: Measurement) => readonly string[]): string[] => {
    const counts = new Map<string, number>();
    for (const text of samples.flatMap(pick)) {
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const lines = [...counts].map(([text, count]) =>
      samples.length === 1 ? `  ${title}: ${text}` : `  ${title} (${count}x): ${text}`,
    );
    const more = lines.length - MOST_REMARKS;
    return more <= 0
      ? lines
      : [...lines.slice(0, MOST_REMARKS), `  ${title}: ${more} more of the kind in the record`];
  };
  return [
    `${name}${PROBE_NAMES[kind]}: ${running}${describeSpread(samples)}${proxy}`,
    ...remarks("first use", ({ use }) => (use === undefined ? [] : [describeUse(use)])),
    ...remarks("server's own limit on idle connections", ({ idleLimit }) =>
      idleLimit === undefined || idleLimit.ms === 0 ? [] : [describeIdleLimit(idleLimit)],
    ),
    ...remarks("void", ({ voidReasons = [] }) => voidReasons),
    ...remarks("note", ({ notes }) => notes),
  ];
}

/** Whether all that can be known of a run is known. */
export type RunStatus = "running" | "finished";

export function runStatus({ runningUntil }: RunRecord): RunStatus {
  return runningUntil === undefined ? "finished" : "running";
}

function describeRunning(until: string): string {
  // Rounded up: the window has not ended before.
  const end = new Date(Math.ceil(Date.parse(until) / 1000) * 1000).toISOString();
  return (
    `running in the pods until ${end.replace(".000Z", "Z")} at the latest; pulumi up after that, or the command collect, ` +
    `tells how it ended`
  );
}

function describeProxy({ proxy, end, timelapse }: Measurement): string {
  return proxy === null || end === "open"
    ? ""
    : `, proxy: ${proxySeconds(proxy.durationMs, timelapse)}, ${proxy.closeReason ?? "no close reason of its own"}`;
}

/** How far probe and proxy are apart at most, in real time. */
function describeProxies(
  samples: readonly Measurement[],
  timelapse: RunRecord["timelapse"],
): string {
  const apartMs = samples.flatMap(({ proxy, end, heldMs }) =>
    proxy === null || end === "open" ? [] : [Math.abs(heldMs - proxy.durationMs)],
  );
  return apartMs.length === 0 || timelapse !== undefined
    ? ""
    : `, proxy within ${Math.ceil(Math.max(...apartMs))} ms`;
}
