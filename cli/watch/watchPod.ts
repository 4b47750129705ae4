import type { FollowLog } from "../cluster/followLog.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import { untilAnswered } from "../cluster/untilAnswered.ts";
import type { Clock, UndoingWorld } from "../cluster/world.ts";
import { UserError } from "../../model/userError.ts";
import { raiseLevel, restoreLevel } from "./level.ts";
import type { Raised } from "./level.ts";
import { Seen } from "./seen.ts";
import type { IdleClose, Others } from "./sessions.ts";
import { findSidecar, logOptions, NoSidecar } from "./sidecar.ts";
import type { Sidecar, Watchable } from "./sidecar.ts";

/** What a watch needs from outside. */
export interface WatchWorld extends UndoingWorld {
  /** Goes on when the rest is being interrupted. */
  undoClock: Clock;
  followLog: FollowLog;
  /** Aborted when the watch is over or interrupted. */
  over: AbortSignal;
  /** Tells of a close as soon as it is read. */
  tell: (pod: string, close: IdleClose) => void;
}

/** What was seen in one pod. */
export interface PodWatch {
  pod: string;
  /** How long it was watched, in ms. */
  watchedMs: number;
  closes: readonly IdleClose[];
  others: readonly Others[];
  /** What the raised logger wrote meanwhile. */
  log: { lines: number; bytes: number };
  /** What the lists may lack, and why. */
  notes: string[];
  /** Why it could not be watched to the end; absent where it was. */
  problem?: string;
  /** Why the level could not be restored; absent where it is what it was. */
  unrestored?: string;
}

const AGAIN_MS = 1000;
/** How long the restoring is tried while the cluster does not answer, in ms. */
const RESTORE_LIMIT_MS = 10_000;

const NOTES = {
  interrupted:
    "the log was interrupted and read on: lines that were rotated away meanwhile are missing",
  restarted:
    "the sidecar was started again: what it wrote until its log level was raised again is missing",
  lowered:
    "the log level was lowered meanwhile, by somebody else or as the sidecar was started again: closes may be missing",
  gone: "the pod has gone: what its sidecar wrote last may be missing",
  unread: "the end of the log could not be read: the last closes may be missing",
} as const;

/** Watches one sidecar until the watch is over, or the pod has gone; raises its log level, and restores it in the end. */
export async function watchPod(world: WatchWorld, sidecar: Watchable): Promise<PodWatch> {
  const { undoClock, report } = world;
  const { pod } = sidecar;
  const seen = new Seen(sidecar);
  const notes = new Set<string>();
  const note: Note = (key) => notes.add(NOTES[key]);
  const startMs = undoClock.nowMs();
  let problem: string | undefined;
  try {
    // Not by what Ctrl-C interrupts: a request cut short could raise the level after it was restored.
    report(beginText(pod, await raiseLevel(world.undo, pod)));
    await follow(world, sidecar, seen, note);
  } catch (error) {
    problem = unlessOver(world, error);
  }
  const watchedMs = Math.round(undoClock.nowMs() - startMs);
  const unrestored = await restore(world, pod, note);
  const isRead = unrestored === undefined && (await readRest(world, pod, seen));
  if (!isRead && !notes.has(NOTES.gone)) {
    note("unread");
  }
  return {
    ...{ pod, watchedMs, closes: seen.closes, others: seen.others(), log: seen.log },
    notes: [...notes],
    ...(problem !== undefined && { problem }),
    ...(unrestored !== undefined && { unrestored }),
  };
}

type Note = (key: keyof typeof NOTES) => void;

async function follow(world: WatchWorld, sidecar: Sidecar, seen: Seen, note: Note): Promise<void> {
  const { clock, followLog, over } = world;
  const { pod } = sidecar;
  let { containerId } = sidecar;
  while (!over.aborted) {
    await followLog(
      [...logOptions(pod), ...seen.cursor.options()],
      (line) => {
        take(world, pod, seen, line);
      },
      over,
    );
    const again = await raiseAgain(world, pod);
    if (again === undefined) {
      return;
    }
    if (again === "gone") {
      note("gone");
      return;
    }
    const isAnother = again.containerId !== containerId;
    // The API server may still tell of the run before; without the mark, no number is sure to mean the same connection.
    if (isAnother || !again.wasMarked) {
      seen.restart(again.podAddress);
    }
    containerId = again.containerId;
    note(isAnother ? "restarted" : again.wasRaised ? "interrupted" : "lowered");
    await clock.sleep(AGAIN_MS).catch(() => undefined);
  }
}

/** Reads what the sidecar had written when the watch ended, and kubectl had not handed over; returns whether it could. */
async function readRest(world: WatchWorld, pod: string, seen: Seen): Promise<boolean> {
  try {
    const rest = await world.undo(["logs", ...logOptions(pod), ...seen.cursor.options()]);
    for (const line of rest.split("\n")) {
      take(world, pod, seen, line);
    }
    return true;
  } catch (error) {
    if (error instanceof KubectlError) {
      return false;
    }
    throw error;
  }
}

function take({ tell }: WatchWorld, pod: string, seen: Seen, line: string): void {
  const close = seen.take(line);
  if (close !== undefined) {
    tell(pod, close);
  }
}

/** Tries until the sidecar answers again; undefined where the watch is over before that. */
async function raiseAgain(
  world: WatchWorld,
  pod: string,
): Promise<(Sidecar & Raised) | "gone" | undefined> {
  const { kubectl, undo, clock, over, report } = world;
  let told = false;
  while (!over.aborted) {
    try {
      return { ...(await findSidecar(kubectl, pod)), ...(await raiseLevel(undo, pod)) };
    } catch (error) {
      if (isGone(error)) {
        return "gone";
      }
      const problem = unlessOver(world, error);
      if (problem !== undefined && !told) {
        report(`${pod}: does not answer, trying again: ${problem}`);
        told = true;
      }
      await clock.sleep(AGAIN_MS).catch(() => undefined);
    }
  }
  return undefined;
}

/** Restores the level; returns why it can't. */
async function restore(
  { undo, undoClock }: WatchWorld,
  pod: string,
  note: Note,
): Promise<string | undefined> {
  const limits = { intervalMs: AGAIN_MS, limitMs: RESTORE_LIMIT_MS };
  try {
    const wasRaised = await untilAnswered(
      undoClock,
      limits,
      () => restoreLevel(undo, pod).catch(unlessGone),
      ({ reason }) => reason,
    );
    if (wasRaised === false) {
      note("lowered");
    }
    return undefined;
  } catch (error) {
    return userText(error);
  }
}

function isGone(error: unknown): boolean {
  return error instanceof NoSidecar
    ? error.forGood
    : error instanceof KubectlError && error.notFound;
}

function unlessGone(error: unknown): undefined {
  if (!isGone(error)) {
    throw error;
  }
}

/** Returns the message for the user; undefined where the watch is over, which interrupts what was being asked. */
function unlessOver({ over }: WatchWorld, error: unknown): string | undefined {
  return over.aborted ? undefined : userText(error);
}

/** Returns the message for the user; throws what is none. */
function userText(error: unknown): string {
  if (!(error instanceof UserError)) {
    throw error;
  }
  return error.message;
}

function beginText(pod: string, { before, wasRaised }: Raised): string {
  return wasRaised
    ? `${pod}: an earlier watch had left its log level raised; it will be ${before} again`
    : `${pod}: watching; its log level will be ${before} again`;
}
