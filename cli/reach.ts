import { isIP } from "node:net";

import { formatEndpoint } from "../components/endpoint.ts";
import type { Target } from "../components/target.ts";
import type { ProbeClient } from "./probeClient.ts";
import type { Destination } from "./listenerMatch.ts";
import { whyUnreachable } from "./unreachable.ts";
import { MeasureError } from "./world.ts";

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
