import type { RunRecord } from "../../model/record.ts";
import { UserError } from "../../model/userError.ts";
import { roughly } from "../../report/text.ts";
import type { Clock } from "../cluster/world.ts";

/** The pods' clocks, by which the window ends, and this machine's may differ by that much, in ms. */
const SKEW_MS = 60_000;

/** Time between two reports of progress, in ms. */
const PROGRESS_MS = 60_000;

/** Dependencies of the waiting; tests replace them. */
export interface ResultWorld {
  /** Reads the stack's record; undefined where the stack was never brought up. */
  record: () => Promise<RunRecord | undefined>;
  /** Runs `pulumi up`, which puts into the outputs what is known by then. */
  up: () => Promise<void>;
  clock: Clock;
  wallTimeMs: () => number;
  report: (line: string) => void;
}

/**
 * Waits until a run that was detached from is over and has its result put into the stack.
 *
 * @returns the record of the finished run.
 * @throws UserError when the stack has no run, or when its result does not come.
 */
export async function awaitResult(world: ResultWorld): Promise<RunRecord> {
  const { clock, report } = world;
  for (;;) {
    const record = await world.record();
    if (record === undefined) {
      throw new UserError("the stack has no measurement; bring it up first: pulumi up");
    }
    if (record.runningUntil === undefined) {
      return record;
    }
    const endMs = Date.parse(record.runningUntil);
    if (world.wallTimeMs() - endMs > SKEW_MS) {
      throw new UserError(
        "the cluster does not know of the run any more; set run to another number to measure again",
      );
    }
    for (let leftMs; (leftMs = endMs - world.wallTimeMs()) > 0;) {
      report(`at most ${roughly(leftMs)} left`);
      await clock.sleep(Math.min(leftMs, PROGRESS_MS));
    }
    await world.up();
  }
}
