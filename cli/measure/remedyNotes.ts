import type { EffectiveTimeout } from "../../model/record.ts";
import type { Target } from "../../model/target.ts";
import { remedyNote } from "../../model/remedyBehaviour.ts";
import type { MeasureRequest } from "../../model/requests.ts";
import { BLACK_HOLE, PASSTHROUGH } from "../../model/istio/wellKnown.ts";

/**
 * What is wrong with a remedy, or odd about the way of the connections, as far as the sidecar's
 * configuration tells it before any waiting; one line each.
 */
export function remedyNotes(
  { endpoint, path, remedy }: Pick<MeasureRequest, "path" | "remedy"> & Pick<Target, "endpoint">,
  effective: EffectiveTimeout,
): string[] {
  const { cluster, listener, source } = effective;
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
  const withoutEffect = remedyNote(remedy, effective, endpoint);
  return withoutEffect === undefined ? notes : [...notes, withoutEffect];
}
