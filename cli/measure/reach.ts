import { isIP } from "node:net";
import type { Target } from "../../model/target.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { ProbePod } from "../cluster/pods.ts";
import { ProbeClient } from "../cluster/probeClient.ts";
import type { World } from "../cluster/world.ts";
import { formatEndpoint } from "../../model/endpoint.ts";
import type { ProbeKind } from "../../model/record.ts";
import type { JournalTarget } from "./journal.ts";
import { whyUnreachable } from "../../report/unreachable.ts";
import { MeasureError } from "../cluster/world.ts";

/**
 * Makes sure that there is something to connect to, and that it speaks what it should. Only the pod without a sidecar
 * can tell: a sidecar accepts every connection itself, whether or not it can reach the other side.
 *
 * @returns the IP address that was reached.
 * @throws MeasureError when no connection comes about.
 */
export async function assertReachable(
  control: ProbeClient,
  { middleware, endpoint }: Target,
): Promise<string> {
  const answer = await control.check({ middleware, ...endpoint });
  if (!answer.ok) {
    throw new MeasureError(
      `endpoint ${formatEndpoint(endpoint)} can't be reached from pod ${control.pod.name}: ` +
        `${whyUnreachable(answer.error)}; start the server or correct the endpoint`,
    );
  }
  return answer.address;
}

/**
 * Chooses the address that each pod connects to. A name with several addresses is looked up once, so that both pods
 * reach the same server; where the mesh gives a name an address of its own, which means nothing without a sidecar, each
 * pod keeps the one it knows.
 *
 * @param reached address that the pod without a sidecar has reached.
 * @throws MeasureError when the pod with a sidecar can't connect.
 */
export async function pinAddresses(
  { subject, control }: { subject: ProbeClient; control: ProbeClient },
  { endpoint: { host, port } }: Target,
  reached: string,
): Promise<Record<ProbeKind, string>> {
  const pinned = { withSidecar: reached, withoutSidecar: reached };
  if (isIP(host) !== 0) {
    return pinned;
  }
  // Nothing is said: whoever speaks first may be kept waiting by a sidecar that is just starting.
  const own = await subject.check({ middleware: "tcp", host, port });
  if (!own.ok) {
    throw new MeasureError(
      `endpoint ${formatEndpoint({ host, port })} can't be reached from pod ${subject.pod.name} (${own.error})`,
    );
  }
  if (own.address === reached) {
    return pinned;
  }
  const known = await control.check({ middleware: "tcp", host: own.address, port });
  return known.ok ? pinned : { ...pinned, withSidecar: own.address };
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
  { middleware, endpoint, addresses }: JournalTarget,
): Promise<string | undefined> {
  const host = addresses.withoutSidecar;
  try {
    const answer = await new ProbeClient(control, kubectl).check({ middleware, ...endpoint, host });
    return answer.ok ? undefined : answer.error;
  } catch (error) {
    if (error instanceof KubectlError) {
      return undefined;
    }
    throw error;
  }
}
