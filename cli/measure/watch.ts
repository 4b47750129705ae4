import type { HoldingStatus, ProbeStatus } from "../../app/probe/sample.ts";
import type { ProbeKind } from "../../model/record.ts";
import type { LastSeen } from "./journal.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import { nextWaitMs } from "./pace.ts";
import { findAgain } from "../cluster/pods.ts";
import type { ProbeClient } from "../cluster/probeClient.ts";
import { describeSamples } from "../../report/spread.ts";
import { PROBE_NAMES, roughly } from "../../report/text.ts";
import { MeasureError } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";

/** How long after the end of the window a probe may stay unreachable, in ms. */
const MARGIN_MS = 60_000;
const RETRY_MS = 2000;

/** The part of a probe's request that matters for waiting. */
export interface Watched {
  run: string;
  /** How long the connections are held and watched each time, in ms. */
  observeMs: number;
  /** How often that is done. */
  repetitions: number;
  /** When the sidecar is expected to close the first connections, in ms of wall time; 0 is never. */
  expectedMs: number;
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: number;
  /** When the client detaches although the probe goes on, by the {@link World}'s clock; Infinity is never. */
  detachAtMs: number;
}

/** A run that can't be finished any more: its pod, or the probe in it, is not the one it was. */
export interface Lost {
  state: "lost";
  /** Without a subject: `pod x was deleted or replaced`. */
  reason: string;
}

/** State of a probe's connections when the client stops waiting. */
export type Outcome = {
  /** How they were last seen. */
  seen: LastSeen;
} & (
  | { state: "done" }
  /** The probe goes on. */
  | { state: "running" }
  /** Nobody will know how those that were held have ended. */
  | Lost
);

/**
 * Waits until a probe's run is over, or until it is time to detach. The probe needs no client, so a question
 * that gets lost is asked again.
 *
 * @param seen how the connections stand, or stood when they were last heard of.
 * @throws MeasureError when the cluster can't be reached any more.
 */
export async function watch(
  world: World,
  probe: ProbeClient,
  seen: LastSeen | (Lost & { last: HoldingStatus }),
  watched: Watched,
): Promise<Outcome> {
  const { clock, report } = world;
  const { run, observeMs, repetitions, expectedMs, detachAtMs } = watched;
  const name = nameOf(probe.pod.kind, watched.timelapse);
  let status = seen;
  while (status.state === "holding") {
    const held: HoldingStatus = status;
    const { heldMs, repetitionsLeft } = held;
    const leftMs = windowLeftMs(held, observeMs);
    const left = roughly(leftMs);
    const progress = describeHolding(held, repetitions);
    const patienceMs = detachAtMs - clock.nowMs();
    if (patienceMs <= 0) {
      report(`${name}: ${progress}; it goes on in its pod, for at most ${left}`);
      return { state: "running", seen: held };
    }
    report(`${name}: ${progress}, at most ${left} left`);
    const waitMs = nextWaitMs({ heldMs, observeMs, expectedMs, patienceMs, repetitionsLeft });
    // Anew each time: the logins of later repetitions take time beside their windows.
    const deadlineMs = clock.nowMs() + leftMs + MARGIN_MS;
    const answer = await ask(world, probe, run, { waitMs, deadlineMs });
    status = answer.state === "lost" ? { ...answer, last: held } : answer;
  }
  if (status.state === "lost") {
    report(`${name}: lost, ${status.reason}`);
    const { state, reason, last } = status;
    return { state, reason, seen: last };
  }
  for (const line of describeSamples(status.samples)) {
    report(`${name}: ${line}`);
  }
  return { state: "done", seen: status };
}

/** How long a run may go on at most, in ms. */
export function windowLeftMs(
  { heldMs, repetitionsLeft }: Pick<HoldingStatus, "heldMs" | "repetitionsLeft">,
  observeMs: number,
): number {
  return Math.max(observeMs - heldMs, 0) + repetitionsLeft * observeMs;
}

/** `open for 8 s`, and of several connections `3 of 5 open for 8 s (repetition 1 of 2)`. */
function describeHolding(
  { heldMs, held, samples, repetitionsLeft }: HoldingStatus,
  repetitions: number,
): string {
  const repetition = repetitions - repetitionsLeft;
  const ended = samples.filter((sample) => sample.repetition === repetition).length;
  const all = held.length + ended;
  return (
    (all === 1 ? "" : `${held.length} of ${all} `) +
    `open for ${roughly(heldMs)}` +
    (repetitions === 1 ? "" : ` (repetition ${repetition} of ${repetitions})`)
  );
}

/** Names a probe, and says that its progress is in wall time where the sidecar's clock differs from it. */
function nameOf(kind: ProbeKind, timelapse: number): string {
  const lapsed = timelapse > 1 && kind === "withSidecar";
  return `${PROBE_NAMES[kind]}${lapsed ? ` (wall time, its clock at x${timelapse})` : ""}`;
}

/**
 * Asks a probe how a run stands that it was started with, until there is an answer.
 *
 * @throws MeasureError when there is none by the deadline.
 */
export async function ask(
  world: World,
  probe: ProbeClient,
  run: string,
  when: { waitMs: number; deadlineMs: number },
): Promise<LastSeen | Lost> {
  const { pod } = probe;
  for (;;) {
    try {
      return lastSeenOf(await probe.status(run, when.waitMs));
    } catch (error) {
      if (!(error instanceof KubectlError)) {
        throw error;
      }
      world.report(`${PROBE_NAMES[pod.kind]}: asking again (${error.message})`);
      const gone = await findWhyGone(world, probe);
      if (gone !== undefined) {
        return { state: "lost", reason: gone };
      }
      if (world.clock.nowMs() > when.deadlineMs) {
        throw new MeasureError(`pod ${pod.name} can't be reached any more: ${error.reason}`);
      }
      await world.clock.sleep(RETRY_MS);
    }
  }
}

/** Reads a probe's answer; one that knows nothing of the run has lost its connections. */
function lastSeenOf(status: ProbeStatus): LastSeen | Lost {
  switch (status.state) {
    case "holding":
    case "done":
      return status;
    case "failed":
      return { state: "lost", reason: status.error };
    case "connecting":
    case "unknown":
      return { state: "lost", reason: "the probe does not know of the connection any more" };
  }
}

async function findWhyGone(world: World, { pod }: ProbeClient): Promise<string | undefined> {
  try {
    const found = await findAgain(world, pod);
    return typeof found === "string"
      ? `pod ${pod.name} ${found} while it held connections`
      : undefined;
  } catch (error) {
    if (error instanceof KubectlError) {
      return undefined; // The API server itself is out of reach; that says nothing about the pod.
    }
    throw error;
  }
}
