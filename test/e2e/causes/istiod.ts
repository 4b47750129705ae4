import { eventually } from "../../../lab/base/wait.ts";
import { kubectl } from "../support.ts";
import type { ProbePair } from "./probePair.ts";

const ISTIOD = ["--namespace", "istio-system"];

/** Kills istiod and waits until a new one has given all of these sidecars their listeners again. */
export async function restartIstiod(pairs: readonly ProbePair[]): Promise<void> {
  const before = await Promise.all(pairs.map((pair) => pair.listenerUpdates()));
  const now = ["--grace-period=0", "--force", "--wait=false"];
  await kubectl("delete", "pod", "--selector", "app=istiod", ...ISTIOD, ...now);
  const taken = async (): Promise<boolean> => {
    const after = await Promise.all(pairs.map((pair) => pair.listenerUpdates()));
    return after.every((count, place) => count > (before[place] ?? Infinity));
  };
  await eventually("all sidecars have taken listeners from the new istiod", taken, 120_000);
}
