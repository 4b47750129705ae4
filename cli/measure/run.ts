import { SCHEMA_VERSION } from "../../model/schema/run.ts";
import type { Measurement, ProbeKind, RunRecord, TargetRecord } from "../../model/record.ts";
import { formatEndpoint } from "../../model/endpoint.ts";
import { DEFAULT_PATH, DEFAULT_REMEDY } from "../../model/remedy.ts";
import { toWallMs } from "../../model/timelapse.ts";
import type { MeasureRequest } from "../../model/requests.ts";
import { announce, foreseen } from "./announce.ts";
import { begin } from "./begin.ts";
import type { Journal } from "./journal.ts";
import { measurementsOf } from "./measurements.ts";
import { withDebugLog, restoreLogLevels } from "./withDebugLog.ts";
import { detach, lastWindowEnd, resume } from "./detach.ts";
import { notesOnRun } from "./runNotes.ts";
import { ProbeClient } from "../cluster/probeClient.ts";
import { watch } from "./watch.ts";
import type { Outcome, Watched } from "./watch.ts";
import { MeasureError } from "../cluster/world.ts";
import type { UndoingWorld } from "../cluster/world.ts";

/**
 * Measures one run: both of its pods hold connections until they end or the window is over. The client waits for that
 * as long as it is asked to, and then detaches: the probes go on, and asking for the same run again resumes it.
 *
 * @throws MeasureError when nothing could be measured.
 */
export async function measure(asked: MeasureRequest, world: UndoingWorld): Promise<RunRecord> {
  const { clock } = world;
  const { run, observeMs, repetitions, waitMs, timelapse } = asked;
  const resumed = await resume(world, run);
  if (resumed !== undefined) {
    announce(world, asked, resumed.journal.targets);
  }
  const { journal, seen } = resumed ?? (await begin(world, asked));

  const expectedMs = firstCloseMs(journal, timelapse);
  // A client that may wait for the whole window does not detach just before its end.
  const detachAtMs = waitMs < observeMs * repetitions ? clock.nowMs() + waitMs : Infinity;
  const watched: Watched = { run, observeMs, repetitions, expectedMs, timelapse, detachAtMs };
  const measured = async (kind: ProbeKind) => {
    const probe = new ProbeClient(journal.pods[kind], world.kubectl);
    const outcome = await watch(world, probe, seen[kind], watched);
    // At once: what changes after the connections' end has no part in it.
    return { outcome, measurements: await measurementsOf(world, asked, journal, kind, outcome) };
  };
  return withDebugLog(world, journal, async () => {
    const [withSidecar, withoutSidecar] = await Promise.all([
      measured("withSidecar"),
      measured("withoutSidecar"),
    ]);
    const outcomes = { withSidecar: withSidecar.outcome, withoutSidecar: withoutSidecar.outcome };
    if (Object.values(outcomes).some(({ state }) => state === "running")) {
      await detach(world, journal, outcomes);
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

function nodesOf({ pods }: Journal): Pick<RunRecord, "nodes"> {
  const [withSidecar, withoutSidecar] = [pods.withSidecar.nodeName, pods.withoutSidecar.nodeName];
  return withSidecar === undefined || withoutSidecar === undefined
    ? {}
    : { nodes: { withSidecar, withoutSidecar } };
}

function compose(
  asked: MeasureRequest,
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
  const runningUntil = lastWindowEnd(Object.values(outcomes), asked.observeMs);
  return {
    schemaVersion: SCHEMA_VERSION,
    run: asked.run,
    endpoint,
    timeout: asked.timeout,
    ...(asked.path !== DEFAULT_PATH && { path: asked.path }),
    ...(asked.remedy !== DEFAULT_REMEDY && { remedy: asked.remedy }),
    observeMs: asked.observeMs,
    ...(asked.repetitions > 1 && { repetitions: asked.repetitions }),
    ...(runningUntil !== undefined && { runningUntil }),
    ...(factor > 1 && { timelapse: { factor } }),
    effective,
    targets,
    ...journal.versions,
    ...nodesOf(journal),
    samples,
    notes: [
      ...foreseen(asked, journal.targets),
      ...notesOnRun({
        ...nodesOf(journal),
        missingPolicy: journal.missingPolicy,
        effective,
        outcomes,
      }),
    ],
  };
}
