import type { EffectiveTimeout } from "../../model/record.ts";
import type { Target } from "../../model/target.ts";
import { DEFAULT_REMEDY } from "../../model/remedy.ts";
import type { MeasureArguments } from "./arguments.ts";
import { VIRTUAL_OUTBOUND } from "../../model/istio/wellKnown.ts";

/** Istio's cluster for hosts that the mesh does not know. */
const PASSTHROUGH = "PassthroughCluster";
/** The same where the mesh lets nothing out to them. */
const BLACK_HOLE = "BlackHoleCluster";

/**
 * What is wrong with a remedy, or odd about the way of the connections, as far as the sidecar's
 * configuration tells it before any waiting; one line each.
 */
export function remedyNotes(
  { endpoint, path, remedy }: Pick<MeasureArguments, "path" | "remedy"> & Pick<Target, "endpoint">,
  { cluster, filterChain, idleTimeoutMs, listener, source }: EffectiveTimeout,
): string[] {
  if (source === "bypassed") {
    return [];
  }
  const notes: string[] = [];
  if (path === "passthrough" && cluster === BLACK_HOLE) {
    notes.push(
      "path passthrough: the mesh lets nothing out to hosts that it does not know (outboundTrafficPolicy " +
        "REGISTRY_ONLY); make the host known (path serviceEntry)",
    );
  } else if (path === "passthrough" && cluster !== PASSTHROUGH) {
    notes.push(
      `path passthrough: the mesh knows the endpoint all the same, as cluster ${cluster} of listener ${listener}`,
    );
  }
  if (remedy === "envoyFilterPort" && listener === VIRTUAL_OUTBOUND) {
    notes.push(
      `remedy envoyFilterPort: an EnvoyFilter matched by port ${endpoint.port} never reaches filter chain ` +
        `${filterChain} of listener ${listener}, which has no port and carries what goes to ${cluster}; ` +
        `take the port out of the match (remedy ${DEFAULT_REMEDY}), or make the host known (path serviceEntry)`,
    );
  }
  if (remedy === "tcpKeepalive" && idleTimeoutMs > 0) {
    notes.push(
      "remedy tcpKeepalive: the sidecar's keep-alive probes towards the endpoint carry no data, so that the idle " +
        "timeout goes on",
    );
  }
  return notes;
}
