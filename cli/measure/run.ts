import { SCHEMA_VERSION } from "../../model/schema/run.ts";
import type { Measurement, ProbeKind, RunRecord, TargetRecord } from "../../model/record.ts";
import { formatEndpoint } from "../../model/endpoint.ts";
import { DEFAULT_PATH, DEFAULT_REMEDY } from "../../model/remedy.ts";
import { toWallMs } from "../../model/timelapse.ts";
import type { MeasureArguments } from "./arguments.ts";
import { begin } from "./begin.ts";
import type { Journal } from "./journal.ts";
import { judge } from "./measurements.ts";
import { loudly, restoreLogLevels } from "./withDebugLog.ts";
import { leave, takeUp } from "./detach.ts";
import { notesOnRun } from "./notes.ts";
import { ProbeClient } from "../cluster/probeClient.ts";
import { remedyNotes } from "./remedyNotes.ts";
import { describeEffective, describeShortWindow, describeSpeed } from "../../report/text.ts";
import { watch } from "./watch.ts";
import type { Outcome, Watched } from "./watch.ts";
import { MeasureError } from "../cluster/world.ts";
import type { UndoingWorld } from "../cluster/world.ts";

/**
 * One timed test: connections from each of the run's two pods, held until they end or the window is over.
 * The client waits for that as long as it is asked to; the probes go on without it, and asking for the
 * same run again takes it up where it stands.
 *
 * @throws MeasureError when no measurement came about.
 */
export async function measure(asked: MeasureArguments, world: UndoingWorld): Promise<RunRecord> {
  const { clock, report } = world;
  const { run, observeMs, repetitions, waitMs, timelapse } = asked;
  const { journal, seen } = (await takeUp(world, run)) ?? (await begin(world, asked));
  for (const { endpoint, path, origin } of journal.targets) {
    const { effective } = path;
    const closeMs = toWallMs(effective.idleTimeoutMs, timelapse);
    report(
      `effective idle timeout for ${formatEndpoint(endpoint)}: ${describeEffective(effective)}` +
        (origin === undefined ? "" : `, set by ${origin}`) +
        describeSpeed(timelapse, closeMs) +
        describeShortWindow(closeMs, observeMs),
    );
  }
  remedyNotesOn(asked, journal).forEach(report);

  const expectedMs = firstCloseMs(journal, timelapse);
  // Who is willing to wait for the whole window does not leave just before its end.
  const leaveAtMs = waitMs < observeMs * repetitions ? clock.nowMs() + waitMs : Infinity;
  const watched: Watched = { run, observeMs, repetitions, expectedMs, timelapse, leaveAtMs };
  const measured = async (kind: ProbeKind) => {
    const probe = new ProbeClient(journal.pods[kind], world.kubectl);
    const outcome = await watch(world, probe, seen[kind], watched);
    // At once: what changes after the connections' end has no part in it.
    return { outcome, measurements: await judge(world, asked, journal, kind, outcome) };
  };
  return loudly(world, journal, async () => {
    const [withSidecar, withoutSidecar] = await Promise.all([
      measured("withSidecar"),
      measured("withoutSidecar"),
    ]);
    const outcomes = { withSidecar: withSidecar.outcome, withoutSidecar: withoutSidecar.outcome };
    if (Object.values(outcomes).some(({ state }) => state === "running")) {
      await leave(world, journal, outcomes);
    }
    // Whoever collects the rest of it restores them.
    if (withSidecar.outcome.state !== "running") {
      await restoreLogLevels(world, journal);
    }
    return compose(asked, journal, outcomes, [
      ...withSidecar.measurements,
      ...withoutSidecar.measurements,
    ]);
  });
}

/** When the sidecar is expected to close the first connections, in ms of wall time; 0 is never. */
function firstCloseMs({ targets }: Journal, timelapse: number): number {
  const closes = targets
    .map(({ path }) => toWallMs(path.effective.idleTimeoutMs, timelapse))
    .filter((ms) => ms > 0);
  return closes.length === 0 ? 0 : Math.min(...closes);
}

function remedyNotesOn(asked: MeasureArguments, { targets }: Journal): string[] {
  const notes = targets.flatMap(({ endpoint, path }) =>
    remedyNotes({ ...asked, endpoint }, path.effective),
  );
  return [...new Set(notes)];
}

function nodesOf({ pods }: Journal): Pick<RunRecord, "nodes"> {
  const [withSidecar, withoutSidecar] = [pods.withSidecar.nodeName, pods.withoutSidecar.nodeName];
  return withSidecar === undefined || withoutSidecar === undefined
    ? {}
    : { nodes: { withSidecar, withoutSidecar } };
}

function compose(
  asked: MeasureArguments,
  journal: Journal,
  outcomes: Record<ProbeKind, Outcome>,
  samples: Measurement[],
): RunRecord {
  const { timelapse: factor } = asked;
  const targets = journal.targets.map(
    ({ middleware, endpoint, path: { effective } }): TargetRecord => ({
      middleware,
      endpoint: formatEndpoint(endpoint),
      effective,
    }),
  );
  const [first] = targets;
  if (first === undefined) {
    throw new MeasureError(`the journal of run ${asked.run} knows of no endpoint`);
  }
  const { endpoint, effective } = first;
  return {
    schemaVersion: SCHEMA_VERSION,
    run: asked.run,
    endpoint,
    timeout: asked.timeoutText,
    ...(asked.path !== DEFAULT_PATH && { path: asked.path }),
    ...(asked.remedy !== DEFAULT_REMEDY && { remedy: asked.remedy }),
    observeMs: asked.observeMs,
    ...(asked.repetitions > 1 && { repetitions: asked.repetitions }),
    ...(samples.some(({ running }) => running) && { running: true }),
    ...(factor > 1 && { timelapse: { factor } }),
    effective,
    targets,
    ...journal.versions,
    ...nodesOf(journal),
    samples,
    notes: [
      ...remedyNotesOn(asked, journal),
      ...notesOnRun({
        ...nodesOf(journal),
        missingPolicy: journal.missingPolicy,
        effective,
        outcomes,
      }),
    ],
  };
}
