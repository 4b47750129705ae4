import type { IdleTimeoutCount } from "../../model/record.ts";
import { askAdmin, nameRegex } from "./admin.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";

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
  const before = await readCount(kubectl, pod, name);
  return before === undefined ? undefined : { name, before };
}

export async function readCount(
  kubectl: Kubectl,
  pod: string,
  name: string,
): Promise<number | undefined> {
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
