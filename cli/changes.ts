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
 * What changed at the sidecar since its configuration was read as `before`. Envoy closes connections
 * whose filter chain changes, so the figure is void then.
 */
export async function findChanges(
  world: World,
  pod: ProbePod,
  proxy: Proxy,
  destination: Destination,
  before: ProxyPath,
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
    if (now === undefined) {
      return unknown(`pod ${pod.name} is gone`);
    }
    if (now.proxyRestarts !== pod.proxyRestarts) {
      return changed("the sidecar restarted");
    }
    const reading = await proxy.path(destination);
    return reading.settled && reading.path.chain === before.chain
      ? NO_REMARKS
      : changed("the filter chain was replaced");
  } catch (error) {
    if (error instanceof KubectlError || error instanceof MeasureError) {
      return unknown(error.message);
    }
    throw error;
  }
}
