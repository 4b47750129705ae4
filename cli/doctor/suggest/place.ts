import { formatDuration } from "../../../model/duration.ts";
import type { Mesh } from "../mesh/mesh.ts";
import type { Sidecar } from "../mesh/sidecar.ts";
import type { Side } from "../sources/explain.ts";
import type { Source } from "../sources/settings.ts";
import type { Carried } from "../traffic/view.ts";
import type { Manifest } from "./advice.ts";
import type { Target } from "./target.ts";

/** The filter chain of one proxy whose idle timeout has to change. */
export interface Place {
  mesh: Mesh;
  side: Side;
  view: Carried;
  /** Names of the listeners that take connections to any of the endpoint's addresses. */
  listeners: readonly string[];
  /** Source of the timeout that it has now. */
  setBy: Source | undefined;
  target: Target;
  /** The wanted timeout, in ms; 0 is never. */
  wantedMs: number;
}

/** What happens to open connections whose filter chain is replaced. */
export function drainCost({ drainTimeMs }: Pick<Sidecar, "drainTimeMs">): string {
  return drainTimeMs === undefined
    ? "are closed when the drain is over, busy ones too"
    : `are closed ${formatDuration(drainTimeMs)} after it was applied, busy ones too`;
}

/** The metadata of an object to apply again: kubectl takes away what it applied once and no longer finds. */
export function keptMetadata({
  metadata,
}: {
  metadata: Manifest["metadata"];
}): Manifest["metadata"] {
  const { name, namespace, labels, annotations = {} } = metadata;
  const kept = Object.entries(annotations).filter(
    ([key]) => !key.startsWith("kubectl.kubernetes.io/"),
  );
  return {
    ...{ name, namespace },
    ...(labels && { labels }),
    ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
  };
}
