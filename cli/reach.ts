import { isIP } from "node:net";

import { formatEndpoint } from "../components/endpoint.ts";
import type { Endpoint } from "../components/endpoint.ts";
import type { ProbeClient } from "./probeClient.ts";
import type { Destination } from "./listenerMatch.ts";
import { MeasureError } from "./world.ts";

/** What the errno names of a failed connection mean to the one who named the endpoint. */
const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "the name does not exist",
  EAI_AGAIN: "the name can't be resolved",
  ETIMEDOUT: "nothing answers there; a firewall or network policy may be in the way",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
};

/**
 * Makes sure that there is something to connect to. Only the pod without a sidecar can tell: a
 * sidecar accepts every connection itself, whether or not it can reach the other side.
 *
 * @throws MeasureError when no connection comes about.
 */
export async function assertReachable(control: ProbeClient, endpoint: Endpoint): Promise<void> {
  const answer = await control.check(endpoint);
  if (!answer.ok) {
    const [errno = ""] = answer.error.split(" ");
    const hint = HINTS[errno] ?? "no connection came about";
    throw new MeasureError(
      `endpoint ${formatEndpoint(endpoint)} can't be reached from pod ${control.pod.name}: ${hint} ` +
        `(${answer.error}); start the server or correct the endpoint`,
    );
  }
}

/** The address by which the sidecar knows the endpoint: names may mean another one in the mesh. */
export async function resolveDestination(
  subject: ProbeClient,
  endpoint: Endpoint,
): Promise<Destination> {
  const { host, port } = endpoint;
  if (isIP(host) !== 0) {
    return { address: host, port };
  }
  const answer = await subject.check(endpoint);
  if (!answer.ok) {
    throw new MeasureError(
      `endpoint ${formatEndpoint(endpoint)} can't be reached from pod ${subject.pod.name} (${answer.error})`,
    );
  }
  return { address: answer.address, port };
}
