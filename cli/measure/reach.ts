import { isIP } from "node:net";
import type { Target } from "../../model/target.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { ProbePod } from "../cluster/pods.ts";
import { ProbeClient } from "../cluster/probeClient.ts";
import type { World } from "../cluster/world.ts";
import { formatEndpoint } from "../../model/endpoint.ts";
import type { Destination } from "../sidecar/listenerMatch.ts";
import { whyUnreachable } from "../../report/unreachable.ts";
import { MeasureError } from "../cluster/world.ts";

/**
 * Makes sure that there is something to connect to, and that it speaks what it should. Only the pod
 * without a sidecar can tell: a sidecar accepts every connection itself, whether or not it can reach the
 * other side.
 *
 * @throws MeasureError when no connection comes about.
 */
export async function assertReachable(
  control: ProbeClient,
  { middleware, endpoint }: Target,
): Promise<void> {
  const answer = await control.check({ middleware, ...endpoint });
  if (!answer.ok) {
    throw new MeasureError(
      `endpoint ${formatEndpoint(endpoint)} can't be reached from pod ${control.pod.name}: ` +
        `${whyUnreachable(answer.error)}; start the server or correct the endpoint`,
    );
  }
}

/** The address by which the sidecar knows the endpoint: names may mean another one in the mesh. */
export async function resolveDestination(
  subject: ProbeClient,
  { endpoint: { host, port } }: Target,
): Promise<Destination> {
  if (isIP(host) !== 0) {
    return { address: host, port };
  }
  // Nothing is said: whoever speaks first may be kept waiting by a sidecar that is just starting.
  const answer = await subject.check({ middleware: "tcp", host, port });
  if (!answer.ok) {
    throw new MeasureError(
      `endpoint ${formatEndpoint({ host, port })} can't be reached from pod ${subject.pod.name} (${answer.error})`,
    );
  }
  return { address: answer.address, port };
}

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
