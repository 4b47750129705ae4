import type { Target } from "../components/target.ts";
import { KubectlError } from "./kubectl.ts";
import type { ProbePod } from "./pods.ts";
import { ProbeClient } from "./probeClient.ts";
import type { World } from "./world.ts";

/**
 * Whether the endpoint is still there after a connection to it was measured. A silent connection does not notice that
 * its server was killed or cut off, so that one which is still open proves nothing by itself.
 *
 * @param control the pod without a sidecar: a sidecar accepts every connection itself.
 * @returns why it can't be reached any more, as {@link ProbeClient.check} puts it; undefined where it can be, or where
 *   the pod could not be asked.
 */
export async function unreachableAfter(
  { kubectl }: World,
  control: ProbePod,
  { middleware, endpoint }: Target,
): Promise<string | undefined> {
  try {
    const answer = await new ProbeClient(control, kubectl).check({ middleware, ...endpoint });
    return answer.ok ? undefined : answer.error;
  } catch (error) {
    if (error instanceof KubectlError) {
      return undefined;
    }
    throw error;
  }
}
