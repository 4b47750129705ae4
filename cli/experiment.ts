import { SCHEMA_VERSION } from "../app/probe/record.ts";
import type { Measurement, ProbeKind, RunRecord } from "../app/probe/record.ts";
import { formatEndpoint } from "../components/endpoint.ts";
import { DEFAULT_PATH, DEFAULT_REMEDY } from "../components/remedy.ts";
import { toWallMs } from "../components/timelapse.ts";
import type { MeasureArguments } from "./arguments.ts";
import { begin } from "./begin.ts";
import type { Journal } from "./journal.ts";
import { judge } from "./judge.ts";
import { leave, takeUp } from "./leave.ts";
import { notesOnRun } from "./notes.ts";
import { ProbeClient } from "./probeClient.ts";
import { remedyNotes } from "./remedyNotes.ts";
import { describeEffective, describeShortWindow, describeSpeed } from "./text.ts";
import { watch } from "./watch.ts";
import type { Watched } from "./watch.ts";
import type { World } from "./world.ts";

/**
 * One timed test: a silent connection from each of the run's two pods, held until it ends or the
 * window is over. The client waits for that as long as it is asked to; the probes go on without it, and
 * asking for the same run again takes it up where it stands.
 *
 * @throws MeasureError when no measurement came about.
 */
export async function measure(asked: MeasureArguments, world: World): Promise<RunRecord> {
  const { clock, kubectl, report } = world;
  const { run, endpoint, observeMs, waitMs, timelapse } = asked;
  const { journal, seen } = (await takeUp(world, run)) ?? (await begin(world, asked));
  const { origin } = journal;
  const { effective } = journal.path;
  const expectedMs = toWallMs(effective.idleTimeoutMs, timelapse);
  report(
    `effective idle timeout for ${formatEndpoint(endpoint)}: ${describeEffective(effective)}` +
      (origin === undefined ? "" : `, set by ${origin}`) +
      describeSpeed(timelapse, expectedMs) +
      describeShortWindow(expectedMs, observeMs),
  );
  remedyNotes(asked, effective).forEach(report);

  // Who is willing to wait for the whole window does not leave just before its end.
  const leaveAtMs = waitMs < observeMs ? clock.nowMs() + waitMs : Infinity;
  const watched: Watched = { run, endpoint, observeMs, expectedMs, timelapse, leaveAtMs };
  const measured = async (kind: ProbeKind) => {
    const probe = new ProbeClient(journal.pods[kind], kubectl);
    const outcome = await watch(world, probe, seen[kind], watched);
    // At once: what changes after the connection's end has no part in it.
    return { outcome, measurement: await judge(world, asked, journal, kind, outcome) };
  };
  const [withSidecar, withoutSidecar] = await Promise.all([
    measured("withSidecar"),
    measured("withoutSidecar"),
  ]);
  const outcomes = { withSidecar: withSidecar.outcome, withoutSidecar: withoutSidecar.outcome };
  if (Object.values(outcomes).some(({ state }) => state === "running")) {
    await leave(world, journal, outcomes);
  }
  return compose(asked, journal, withSidecar.measurement, withoutSidecar.measurement);
}

function compose(
  asked: MeasureArguments,
  { path: { effective }, versions, missingPolicy }: Journal,
  subject: Measurement,
  control: Measurement,
): RunRecord {
  const { timelapse: factor } = asked;
  const running = subject.running ?? control.running;
  return {
    schemaVersion: SCHEMA_VERSION,
    run: asked.run,
    endpoint: formatEndpoint(asked.endpoint),
    timeout: asked.timeoutText,
    ...(asked.path !== DEFAULT_PATH && { path: asked.path }),
    ...(asked.remedy !== DEFAULT_REMEDY && { remedy: asked.remedy }),
    observeMs: asked.observeMs,
    ...(running !== undefined && { running }),
    ...(factor > 1 && { timelapse: { factor } }),
    effective,
    ...versions,
    samples: [subject, control],
    notes: [
      ...remedyNotes(asked, effective),
      ...notesOnRun({ missingPolicy, effective, subject, control }),
    ],
  };
}
