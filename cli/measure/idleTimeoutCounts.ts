import type { IdleTimeoutCount } from "../../model/record.ts";
import type { Sample } from "../../app/probe/sample.ts";
import { endedInTime } from "../../model/inTime.ts";
import type { JournalTarget } from "./journal.ts";
import { targetOf } from "./journal.ts";
import type { ProbePod } from "../cluster/pods.ts";
import type { World } from "../cluster/world.ts";
import { readCount } from "../sidecar/counters.ts";

/**
 * Reads the same counts after the connections have ended.
 *
 * @returns what is to stand beside a sample: nothing for one that was open to the last, of which it would not tell.
 */
export async function countIdleTimeouts(
  { kubectl }: World,
  pod: ProbePod,
  targets: readonly JournalTarget[],
  samples: readonly Sample[],
  factor: number,
): Promise<(sample: Sample) => { idleTimeouts?: IdleTimeoutCount }> {
  const countOf = (sample: Sample) => targetOf(targets, sample).path.idleTimeouts;
  const counts = new Map<string, IdleTimeoutCount>();
  for (const sample of samples.filter(({ end }) => end !== "open")) {
    const count = countOf(sample);
    if (count !== undefined && !counts.has(count.name)) {
      const after = await readCount(kubectl, pod.name, count.name);
      if (after !== undefined) {
        counts.set(count.name, { ...count, after, due: 0 });
      }
    }
    const counted = counts.get(count?.name ?? "");
    const { effective } = targetOf(targets, sample).path;
    if (counted !== undefined && endedInTime(sample, effective, factor)) {
      counted.due += 1;
    }
  }
  return (sample) => {
    const idleTimeouts = counts.get(countOf(sample)?.name ?? "");
    return sample.end === "open" || idleTimeouts === undefined ? {} : { idleTimeouts };
  };
}
