import type { HoldingStatus, ProbeKind, ProbeStatus, Sample } from "../app/probe/record.ts";
import type { Endpoint } from "../components/endpoint.ts";
import type { LastSeen } from "./journal.ts";
import { KubectlError } from "./kubectl.ts";
import { nextWaitMs } from "./pace.ts";
import { findAgain } from "./pods.ts";
import type { ProbeClient } from "./probeClient.ts";
import { describeEnd, PROBE_NAMES, roughly } from "./text.ts";
import { MeasureError } from "./world.ts";
import type { World } from "./world.ts";

/** How long after the end of the window a probe may stay unreachable, in ms. */
const MARGIN_MS = 60_000;
const RETRY_MS = 2000;

/** What a probe was started with, as far as waiting for it goes. */
export interface Watched {
  run: string;
  endpoint: Endpoint;
  observeMs: number;
  /** When the sidecar is expected to close the connection, in ms of wall time; 0 is never. */
  expectedMs: number;
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: number;
  /** When waiting ends although the probe goes on, by the {@link World}'s clock; Infinity is never. */
  leaveAtMs: number;
}

/** A run that can't be finished any more: its pod, or the probe in it, is not the one it was. */
export interface Lost {
  state: "lost";
  /** Without a subject: `pod x was deleted or replaced`. */
  reason: string;
}

/** What became of a connection by the time the client goes. */
export type Outcome = {
  /** How it was last seen. */
  seen: LastSeen;
  sample: Sample;
} & (
  | { state: "done" }
  /** The probe goes on. */
  | { state: "running" }
  /** Nobody will know how it ended. */
  | Lost
);

/**
 * Waits until a probe's run is over, or until it is time to leave. The probe needs nobody for it, so a
 * question that gets lost is asked again.
 *
 * @param seen how the connection stands, or stood when it was last heard of.
 * @throws MeasureError when the cluster can't be reached any more.
 */
export async function watch(
  world: World,
  probe: ProbeClient,
  seen: LastSeen | (Lost & { last: HoldingStatus }),
  watched: Watched,
): Promise<Outcome> {
  const { clock, report } = world;
  const { run, endpoint, observeMs, expectedMs, leaveAtMs } = watched;
  const name = nameOf(probe.pod.kind, watched.timelapse);
  const deadlineMs = clock.nowMs() + observeMs + MARGIN_MS;
  let status = seen;
  while (status.state === "holding") {
    const held: HoldingStatus = status;
    const { heldMs } = held;
    const left = roughly(Math.max(observeMs - heldMs, 0));
    const patienceMs = leaveAtMs - clock.nowMs();
    if (patienceMs <= 0) {
      report(`${name}: open for ${roughly(heldMs)}; it goes on in its pod, for at most ${left}`);
      return { state: "running", seen: held, sample: sampleOf(held, endpoint) };
    }
    report(`${name}: open for ${roughly(heldMs)}, at most ${left} left`);
    const waitMs = nextWaitMs({ heldMs, observeMs, expectedMs, patienceMs });
    const answer = await ask(world, probe, run, { waitMs, deadlineMs });
    status = answer.state === "lost" ? { ...answer, last: held } : answer;
  }
  if (status.state === "lost") {
    report(`${name}: lost, ${status.reason}`);
    const { state, reason, last } = status;
    return { state, reason, seen: last, sample: sampleOf(last, endpoint) };
  }
  report(`${name}: ${describeEnd(status.sample)}`);
  return { state: "done", seen: status, sample: status.sample };
}

/** Open for as long as it was seen to be. */
function sampleOf(held: HoldingStatus, { host, port }: Endpoint): Sample {
  const { localPort, localAddress, connectedAt, heldMs } = held;
  return { host, port, localPort, localAddress, connectedAt, heldMs, end: "open" };
}

/** What is told while waiting is wall time; that has to be said where there is another one. */
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
      return judge(await probe.status(run, when.waitMs));
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

function judge(status: ProbeStatus): LastSeen | Lost {
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
      ? `pod ${pod.name} ${found} while it held its connection`
      : undefined;
  } catch (error) {
    if (error instanceof KubectlError) {
      return undefined; // The API server itself is out of reach; that says nothing about the pod.
    }
    throw error;
  }
}
