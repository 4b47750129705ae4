import type { IdleTimeoutCount, Sample } from "../app/probe/record.ts";
import { askAdmin } from "./admin.ts";
import { KubectlError } from "./kubectl.ts";
import type { Kubectl } from "./kubectl.ts";
import { endedInTime } from "./inTime.ts";
import type { JournalTarget } from "./journal.ts";
import { targetOf } from "./journalTarget.ts";
import { nameRegex } from "./nameRegex.ts";
import type { ProbePod } from "./pods.ts";
import type { World } from "./world.ts";

/** The count as it stood before the connections did. */
export type CounterBefore = Omit<IdleTimeoutCount, "after" | "due">;

/** Envoy's answer to `stats?format=json`: counters and gauges, and the histograms together in one without a name. */
interface Stats {
  stats?: { name?: string; value?: number }[];
}

/**
 * Reads how many connections a sidecar's idle timeout has closed since it started, of those that it counts under the
 * prefix of the endpoint's filter chain. Istio has a sidecar keep that count only where the pod asks for it
 * (`sidecar.istio.io/statsInclusionPrefixes`).
 *
 * @param prefix `stat_prefix` of the chain's tcp_proxy, such as `PassthroughCluster`.
 * @returns undefined where there is no such count, or where it can't be read: a figure is worth keeping without it.
 */
export async function readIdleTimeouts(
  kubectl: Kubectl,
  pod: string,
  prefix: string | undefined,
): Promise<CounterBefore | undefined> {
  if (prefix === undefined) {
    return undefined;
  }
  const name = `tcp.${prefix}.idle_timeout`;
  const before = await read(kubectl, pod, name);
  return before === undefined ? undefined : { name, before };
}

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
      const after = await read(kubectl, pod.name, count.name);
      if (after !== undefined) counts.set(count.name, { ...count, after, due: 0 });
    }
    const counted = counts.get(count?.name ?? "");
    const { effective } = targetOf(targets, sample).path;
    if (counted !== undefined && endedInTime(sample, effective, factor)) counted.due += 1;
  }
  return (sample) => {
    const idleTimeouts = counts.get(countOf(sample)?.name ?? "");
    return sample.end === "open" || idleTimeouts === undefined ? {} : { idleTimeouts };
  };
}

async function read(kubectl: Kubectl, pod: string, name: string): Promise<number | undefined> {
  const path = `stats?format=json&filter=${encodeURIComponent(`^${nameRegex(name)}$`)}`;
  try {
    const { stats = [] } = (await askAdmin(kubectl, pod, path)) as Stats;
    return stats.find((stat) => stat.name === name)?.value;
  } catch (error) {
    if (error instanceof KubectlError) {
      return undefined;
    }
    throw error;
  }
}
