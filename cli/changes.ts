import type { Sample } from "../app/probe/record.ts";
import { KubectlError } from "./kubectl.ts";
import type { Destination } from "./listenerMatch.ts";
import { NO_REMARKS } from "./notes.ts";
import type { Remarks } from "./notes.ts";
import { findAgain } from "./pods.ts";
import type { ProbePod } from "./pods.ts";
import type { Proxy } from "./proxy.ts";
import type { ProxyPath } from "./proxyConfig.ts";
import { MeasureError } from "./world.ts";
import type { World } from "./world.ts";

/**
 * What changed at the sidecar since its configuration was read as `before` and until the sample's
 * connection ended. Envoy closes connections whose filter chain changes, so the figure is void then.
 */
export async function findChanges(
  world: World,
  pod: ProbePod,
  proxy: Proxy,
  destination: Destination,
  before: ProxyPath,
  sample: Sample,
): Promise<Remarks> {
  const unknown = (why: string): Remarks => ({
    voidReasons: [],
    notes: [`whether the sidecar changed meanwhile is unknown: ${why}`],
  });
  const changed = (what: string): Remarks => ({
    voidReasons: [`${what} while the connection was held`],
    notes: [],
  });
  try {
    const now = await findAgain(world, pod);
    if (typeof now === "string") {
      return unknown(`pod ${pod.name} ${now}`);
    }
    if (now.proxyRestarts !== pod.proxyRestarts) {
      return changed("the sidecar restarted");
    }
    const reading = await proxy.path(destination);
    if (reading.settled && reading.path.chain === before.chain) {
      return NO_REMARKS;
    }
    // A result that is collected late is older than the last change may be.
    const updatedAt = reading.settled ? (reading.path.updatedAt ?? "") : "";
    return Date.parse(updatedAt) > Date.parse(sample.connectedAt) + sample.heldMs
      ? unknown(`its filter chain was replaced at ${updatedAt}, and maybe before that too`)
      : changed("the filter chain was replaced");
  } catch (error) {
    if (error instanceof KubectlError || error instanceof MeasureError) {
      return unknown(error.message);
    }
    throw error;
  }
}
