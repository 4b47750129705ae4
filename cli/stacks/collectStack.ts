import type { RunRecord } from "../../model/record.ts";
import { summaryLines, windowEndMs } from "../../report/summary.ts";
import { roughly } from "../../report/text.ts";
import { MeasureError } from "../cluster/world.ts";
import type { Clock } from "../cluster/world.ts";

/** The clocks of the pods, by which the window ends, and of this machine may be that far apart, in ms. */
const SKEW_MS = 60_000;

/** How often progress is told, in ms. */
const PROGRESS_MS = 60_000;

/** What collecting needs from outside; tests put their own in its place. */
export interface CollectionWorld {
  /** What the stack knows; undefined where it was never brought up. */
  record: () => Promise<RunRecord | undefined>;
  /** `pulumi up`, which puts into the outputs what is known by then. */
  up: () => Promise<void>;
  clock: Clock;
  wallTimeMs: () => number;
  report: (line: string) => void;
}

/**
 * Waits until a run that was left to itself is over and has its result put into the stack.
 *
 * @throws MeasureError when the stack has no run, or when its result does not come.
 */
export async function collect(world: CollectionWorld): Promise<void> {
  const { clock, report } = world;
  for (;;) {
    const record = await world.record();
    if (record === undefined) {
      throw new MeasureError("the stack has no measurement; bring it up first: pulumi up");
    }
    if (!record.running) {
      summaryLines(record).forEach(report);
      return;
    }
    const endMs = windowEndMs(record);
    if (world.wallTimeMs() - endMs > SKEW_MS) {
      throw new MeasureError(
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
