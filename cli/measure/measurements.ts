import type { LapsedDuration, Measurement, ProbeKind } from "../../model/record.ts";
import type { Sample } from "../../app/probe/sample.ts";
import type { EvidenceEntry } from "../../model/istio/evidence.ts";
import { formatEndpoint } from "../../model/endpoint.ts";
import { evidenceOf, findEntries } from "../sidecar/accessLog.ts";
import type { MeasureRequest } from "../../model/requests.ts";
import { unreachableAfter } from "./reach.ts";
import { findChanges, NO_CHANGE } from "./changes.ts";
import type { Changes } from "./changes.ts";
import { countIdleTimeouts } from "./idleTimeoutCounts.ts";
import { findDebugLines } from "../sidecar/debugLog.ts";
import type { Journal } from "./journal.ts";
import { targetOf } from "./journal.ts";
import { notesOnSample, notesOnSubject } from "./notes.ts";
import type { ProbePod } from "../cluster/pods.ts";
import { Proxy } from "../sidecar/proxy.ts";
import type { Outcome } from "./watch.ts";
import type { World } from "../cluster/world.ts";

/** Puts beside a probe's samples what else is known about their connections. */
export async function measurementsOf(
  world: World,
  { evidence, timelapse: factor }: MeasureRequest,
  journal: Journal,
  probe: ProbeKind,
  outcome: Outcome,
): Promise<Measurement[]> {
  const { seen } = outcome;
  const pod = journal.pods[probe];
  const subject = probe === "withSidecar";
  const about = (sample: Sample, entry?: EvidenceEntry) => ({
    probe,
    pod: pod.name,
    ...sample,
    ...(subject && factor > 1 && { timelapse: lapsedDuration(sample, entry, factor) }),
    proxy: evidenceOf(entry),
  });
  const held = seen.state === "holding" ? seen.held : [];
  const open = held.map((connection): Measurement => {
    // Open for as long as it was seen to be.
    const sample: Sample = { ...connection, end: "open" };
    return {
      ...about(sample),
      ...(outcome.state === "running" && { running: true as const }),
      ...(outcome.state === "lost" && { voidReasons: [outcome.reason] }),
      notes: notesOnSample(sample),
    };
  });
  const { samples } = seen;
  if (!subject || samples.length === 0) {
    const gone = outcome.state === "done" ? await findGone(world, pod, journal) : undefined;
    const ended = samples.map((sample): Measurement => {
      const unreachableAfter = gone?.get(formatEndpoint(sample));
      return {
        ...about(sample),
        ...(unreachableAfter !== undefined && { unreachableAfter }),
        notes: notesOnSample(sample),
      };
    });
    return inOrder([...ended, ...open]);
  }
  const proxy = new Proxy(world, pod);
  // Before the search for changes, which tells whether a count is still that of the same Envoy.
  const counts = await countIdleTimeouts(world, pod, journal.targets, samples, factor);
  const changes = new Map<string, Changes>();
  for (const target of journal.targets) {
    changes.set(formatEndpoint(target.endpoint), await findChanges(world, pod, proxy, target));
  }
  const searches = evidence ? await findEntries(world, pod, samples, factor) : undefined;
  const debugLines =
    journal.logLevels !== undefined && searches !== undefined
      ? await findDebugLines(world, pod, samples, searches)
      : undefined;
  const ended = samples.map((sample) => {
    const { destination, path } = targetOf(journal.targets, sample);
    const { effective } = path;
    const search = searches?.(sample);
    const found = changes.get(formatEndpoint(sample))?.(sample) ?? NO_CHANGE;
    return {
      ...about(sample, search?.entry),
      ...(found.countsAnew !== true && counts(sample)),
      ...(found.listenerUpdate !== undefined && { listenerUpdate: found.listenerUpdate }),
      ...(debugLines !== undefined && { debugLog: debugLines(sample) }),
      ...notesOnSubject({ sample, effective, destination, search, changes: found, factor }),
    };
  });
  return inOrder([...ended, ...open]);
}

/** Why endpoints can't be reached any more; without those that can. */
async function findGone(
  world: World,
  control: ProbePod,
  { targets }: Journal,
): Promise<Map<string, string>> {
  const gone = new Map<string, string>();
  for (const target of targets) {
    const reason = await unreachableAfter(world, control, target);
    if (reason !== undefined) {
      gone.set(formatEndpoint(target.endpoint), reason);
    }
  }
  return gone;
}

/** Repetition by repetition, whichever connection ended first. */
function inOrder(measurements: Measurement[]): Measurement[] {
  return measurements.sort((a, b) => a.repetition - b.repetition);
}

function lapsedDuration(
  { heldMs }: Sample,
  entry: EvidenceEntry | undefined,
  factor: number,
): LapsedDuration {
  return { factor, proxyMs: entry?.durationMs ?? null, wallMs: heldMs };
}
