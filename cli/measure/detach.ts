/** Detaches from a run that goes on in its pods, and resumes it. */
import type { HoldingStatus } from "../../app/probe/sample.ts";
import type { ProbeKind } from "../../model/record.ts";
import type { RunState } from "../../model/runState.ts";
import type { Begun } from "./begin.ts";
import type { Journal, LastSeen } from "./journal.ts";
import { readJournal, writeJournal } from "./journalStore.ts";
import { ProbeClient } from "../cluster/probeClient.ts";
import { untilAnswered } from "../cluster/untilAnswered.ts";
import { ask, windowLeftMs } from "./watch.ts";
import type { Lost, Outcome } from "./watch.ts";
import type { World } from "../cluster/world.ts";

/** Longest wait for the cluster to take the note, or to tell of a probe, in ms. */
const LIMIT_MS = 60_000;
const RETRY_MS = 2000;

/** How connections stand, or that they are lost and how they were last seen. */
export type Seen = LastSeen | (Lost & { last: HoldingStatus });

/**
 * Writes into the journal that no client waits any more, and how the connections were last seen.
 *
 * @throws MeasureError when the cluster does not take it: the next client would not know.
 */
export async function detach(
  world: World,
  journal: Journal,
  { withSidecar, withoutSidecar }: Record<ProbeKind, Outcome>,
): Promise<void> {
  const detached = { withSidecar: withSidecar.seen, withoutSidecar: withoutSidecar.seen };
  await untilAnswered(
    world.clock,
    { intervalMs: RETRY_MS, limitMs: LIMIT_MS },
    () => writeJournal(world.kubectl, { ...journal, detached }),
    ({ message }) =>
      `the run goes on, but the cluster takes no note of it: ${message}; run pulumi up again`,
  );
}

/**
 * Resumes a run that was begun.
 *
 * @returns undefined where there is none, or where it was lost before any client had told of it: then it has to
 *   be begun again.
 */
export async function resume(world: World, run: string): Promise<Begun<Seen> | undefined> {
  const journal = await readJournal(world.kubectl, run);
  if (journal === undefined) {
    return undefined;
  }
  const [withSidecar, withoutSidecar] = await Promise.all([
    look(world, journal, "withSidecar"),
    look(world, journal, "withoutSidecar"),
  ]);
  if (withSidecar === undefined || withoutSidecar === undefined) {
    return undefined;
  }
  world.report(`resuming run ${run}, which was begun before`);
  return { journal, seen: { withSidecar, withoutSidecar } };
}

/**
 * Asks a probe how its connections stand.
 *
 * @returns undefined for connections that are lost and that no client has told of.
 */
async function look(world: World, journal: Journal, kind: ProbeKind): Promise<Seen | undefined> {
  const last = journal.detached?.[kind];
  if (last?.state === "done") {
    return last;
  }
  const probe = new ProbeClient(journal.pods[kind], world.kubectl);
  const deadlineMs = world.clock.nowMs() + LIMIT_MS;
  const seen = await ask(world, probe, journal.run, { waitMs: 0, deadlineMs });
  return seen.state === "lost" ? last && { ...seen, last } : seen;
}

/**
 * Finds out when the last window of a run ends at the latest that goes on in its pods, by their clock, ISO 8601. A window
 * begins with the end of the login.
 *
 * @returns undefined where no probe goes on.
 */
export function lastWindowEnd(outcomes: readonly Outcome[], observeMs: number): string | undefined {
  const endsMs = outcomes.flatMap(({ state, seen }) => {
    if (state !== "running" || seen.state !== "holding") {
      return [];
    }
    // A connection that is held was so just now; between two repetitions the last end is what is known.
    const known = [...seen.held, ...seen.samples];
    const nowMs = Math.max(
      ...known.map(({ connectedAt, heldMs }) => Date.parse(connectedAt) + heldMs),
    );
    return [nowMs + windowLeftMs(seen, observeMs)];
  });
  return endsMs.length === 0 ? undefined : new Date(Math.max(...endsMs)).toISOString();
}

/** Finds out how a run stands, for a client that did not begin it. */
export async function findRunState(world: World, run: string): Promise<RunState> {
  const journal = await readJournal(world.kubectl, run);
  if (journal?.detached === undefined) {
    return { state: "attended" };
  }
  const seen = await Promise.all([
    look(world, journal, "withSidecar"),
    look(world, journal, "withoutSidecar"),
  ]);
  const leftMs = seen.flatMap((one) =>
    one?.state === "holding" ? [windowLeftMs(one, journal.observeMs)] : [],
  );
  return leftMs.length > 0 ? { state: "running", leftMs: Math.max(...leftMs) } : { state: "over" };
}
