import type {
  LapsedDuration,
  Measurement,
  ProbeKind,
  ProxyEvidence,
  Sample,
} from "../app/probe/record.ts";
import type { EvidenceEntry } from "../components/evidence.ts";
import { findEntry } from "./accessLog.ts";
import type { MeasureArguments } from "./arguments.ts";
import { unreachableAfter } from "./aftermath.ts";
import { findChanges } from "./changes.ts";
import type { Journal } from "./journal.ts";
import { NO_REMARKS, notesOnSample, notesOnSubject } from "./notes.ts";
import { Proxy } from "./proxy.ts";
import type { Outcome } from "./watch.ts";
import type { World } from "./world.ts";

/** Puts beside a sample what else is known about its connection. */
export async function judge(
  world: World,
  { evidence, timelapse: factor }: MeasureArguments,
  journal: Journal,
  probe: ProbeKind,
  outcome: Outcome,
): Promise<Measurement> {
  const { sample } = outcome;
  const pod = journal.pods[probe];
  const about = (entry?: EvidenceEntry) => ({
    probe,
    pod: pod.name,
    ...(outcome.state === "running" && { running: true as const }),
    ...sample,
    ...(probe === "withSidecar" &&
      factor > 1 && { timelapse: lapsedDuration(sample, entry, factor) }),
    proxy: evidenceOf(entry),
  });
  if (outcome.state !== "done" || probe === "withoutSidecar") {
    const gone = outcome.state === "done" ? await unreachableAfter(world, pod, sample) : undefined;
    return {
      ...about(),
      ...(gone !== undefined && { unreachableAfter: gone }),
      ...(outcome.state === "lost" && { voidReasons: [outcome.reason] }),
      notes: notesOnSample(sample),
    };
  }
  const { destination, path } = journal;
  const { effective } = path;
  const proxy = new Proxy(world, pod);
  const changes =
    effective.source === "bypassed"
      ? NO_REMARKS
      : await findChanges(world, pod, proxy, destination, path, sample);
  const search = evidence ? await findEntry(world, pod, sample) : undefined;
  return {
    ...about(search?.entry),
    ...notesOnSubject({ sample, effective, search, changes, factor }),
  };
}

function lapsedDuration(
  { heldMs }: Sample,
  entry: EvidenceEntry | undefined,
  factor: number,
): LapsedDuration {
  return { factor, proxyMs: entry?.durationMs ?? null, wallMs: heldMs };
}

export function evidenceOf(entry: EvidenceEntry | undefined): ProxyEvidence | null {
  if (entry === undefined) {
    return null;
  }
  const { durationMs, responseFlags, closeReason, upstreamClose, upstreamCluster } = entry;
  const { upstreamLocal } = entry;
  return {
    ...{ durationMs, responseFlags, closeReason, upstreamClose },
    ...(upstreamLocal !== undefined && { upstreamLocal }),
    upstreamCluster,
  };
}
