import type { ProbeKind, ProbeSpec, ProbeStatus, Sample } from "../app/probe/record.ts";
import { KubectlError } from "./kubectl.ts";
import { nextWaitMs } from "./pace.ts";
import { findAgain } from "./pods.ts";
import type { ProbePod } from "./pods.ts";
import type { ProbeClient } from "./probeClient.ts";
import { describeEnd, PROBE_NAMES, seconds } from "./text.ts";
import { MeasureError, poll } from "./world.ts";
import type { World } from "./world.ts";

/** How long after the end of the window a probe may stay unreachable, in ms. */
const MARGIN_MS = 60_000;
const RETRY_MS = 2000;

/** Longest wait for a probe to take a request, in ms. */
const START_LIMIT_MS = 30_000;

/** What a probe was started with, as far as waiting for it goes. */
export interface Watched {
  run: string;
  observeMs: number;
  /** When the sidecar is expected to close the connection, in ms of wall time; 0 is never. */
  expectedMs: number;
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: number;
}

/** Starts a probe, or finds it at the same run already: an interrupted measurement is taken up again. */
export async function start(
  world: World,
  probe: ProbeClient,
  spec: ProbeSpec,
): Promise<ProbeStatus> {
  let problem = "";
  const status = await poll(
    world.clock,
    { intervalMs: RETRY_MS, limitMs: START_LIMIT_MS },
    async () => {
      try {
        return await probe.start(spec);
      } catch (error) {
        if (!(error instanceof KubectlError)) {
          throw error;
        }
        problem = error.message;
        return undefined;
      }
    },
  );
  if (status === undefined) {
    throw new MeasureError(`the probe in pod ${probe.pod.name} can't be started: ${problem}`);
  }
  return status;
}

/**
 * Waits until a probe's run is over. The probe needs nobody for it, so a question that gets lost is
 * asked again.
 *
 * @throws MeasureError when the pod or the probe in it is not the one that was started, or can't be
 *   reached any more.
 */
export async function watch(
  world: World,
  probe: ProbeClient,
  started: ProbeStatus,
  watched: Watched,
): Promise<Sample> {
  const { report } = world;
  const { run, observeMs, expectedMs } = watched;
  const name = nameOf(probe.pod.kind, watched.timelapse);
  const deadlineMs = world.clock.nowMs() + observeMs + MARGIN_MS;
  let status = started;
  while (status.state === "holding") {
    const { heldMs } = status;
    const left = seconds(Math.max(observeMs - heldMs, 0), 0);
    report(`${name}: open for ${seconds(heldMs, 0)}, at most ${left} left`);
    status = await askUntilAnswered(world, probe, deadlineMs, () =>
      probe.status(run, nextWaitMs({ heldMs, observeMs, expectedMs })),
    );
  }
  if (status.state !== "done") {
    const reason = status.state === "failed" ? status.error : "the probe knows nothing of the run";
    throw new MeasureError(`nothing was measured in pod ${probe.pod.name}: ${reason}`);
  }
  report(`${name}: ${describeEnd(status.sample)}`);
  return status.sample;
}

/** What is told while waiting is wall time; that has to be said where there is another one. */
function nameOf(kind: ProbeKind, timelapse: number): string {
  const lapsed = timelapse > 1 && kind === "withSidecar";
  return `${PROBE_NAMES[kind]}${lapsed ? ` (wall time, its clock at x${timelapse})` : ""}`;
}

async function askUntilAnswered(
  world: World,
  { pod }: ProbeClient,
  deadlineMs: number,
  ask: () => Promise<ProbeStatus>,
): Promise<ProbeStatus> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof KubectlError)) {
        throw error;
      }
      world.report(`${PROBE_NAMES[pod.kind]}: asking again (${error.message})`);
      await assertStillThere(world, pod);
      if (world.clock.nowMs() > deadlineMs) {
        throw new MeasureError(`pod ${pod.name} can't be reached any more: ${error.reason}`);
      }
      await world.clock.sleep(RETRY_MS);
    }
  }
}

async function assertStillThere(world: World, pod: ProbePod): Promise<void> {
  let found;
  try {
    found = await findAgain(world, pod);
  } catch (error) {
    if (error instanceof KubectlError) {
      return; // The API server itself is out of reach; that says nothing about the pod.
    }
    throw error;
  }
  if (found === undefined) {
    throw new MeasureError(
      `pod ${pod.name} was deleted or replaced while its connection was held; ` +
        `its sample is lost, run pulumi up again`,
    );
  }
}
