/** Connections that go past the sidecar, by an annotation of their pod. */
import { EXCLUDED_PORTS_ANNOTATION } from "../../model/istio/injection.ts";
import type { ProbePod } from "../cluster/pods.ts";
import type { ProxyPath } from "../sidecar/proxyConfig.ts";
import { MeasureError } from "../cluster/world.ts";

/** The timeout of a connection that bypasses the sidecar: none. */
const BYPASS: ProxyPath = {
  effective: {
    idleTimeoutMs: 0,
    source: "bypassed",
    listener: "",
    filterChain: "",
    cluster: "",
  },
  evidence: false,
  chain: "",
};

/** @throws MeasureError when the pod was made without excluding the port. */
export function bypassOf({ excludedPorts = "", name }: ProbePod, port: number): ProxyPath {
  if (!excludedPorts.split(",").some((text) => Number(text) === port)) {
    throw new MeasureError(
      `pod ${name} does not exclude port ${port} from its sidecar: its annotation ${EXCLUDED_PORTS_ANNOTATION} ` +
        `is ${JSON.stringify(excludedPorts)}; run pulumi up again`,
    );
  }
  return BYPASS;
}
