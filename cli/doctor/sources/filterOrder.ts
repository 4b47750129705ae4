/** Which EnvoyFilters istiod applies to a sidecar, and in which order. */
import type { EnvoyFilterObject } from "../mesh/istioObjects.ts";
import { selects } from "../../cluster/labelSelector.ts";

/** A sidecar as istiod sees it. */
export interface Workload {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** The namespace whose filters hold for the whole mesh. */
  rootNamespace: string;
}

/**
 * Those that hold for a workload: of the root namespace and of its own, with a selector whose labels the pod
 * has, or without one. One with `targetRefs` is for gateways (`getMatchedEnvoyFilters` in
 * `pilot/pkg/model/push_context.go`).
 */
export function filtersFor(
  filters: readonly EnvoyFilterObject[],
  workload: Workload,
): EnvoyFilterObject[] {
  const { namespace, rootNamespace } = workload;
  return filters
    .filter(({ metadata }) => [rootNamespace, namespace].includes(metadata.namespace))
    .filter((filter) => selectsPod(filter, workload))
    .sort((a, b) => compareFilters(a, b, rootNamespace));
}

export function selectsPod({ spec }: EnvoyFilterObject, { labels }: Workload): boolean {
  const matchLabels = spec?.workloadSelector?.labels ?? {};
  return (spec?.targetRefs ?? []).length === 0 && selects({ matchLabels }, labels);
}

/**
 * The order of application, where a later filter's value replaces an earlier one's: by priority, then the
 * root namespace's before the others, then by age, then by name (`EnvoyFilters`, same place).
 */
export function compareFilters(
  a: EnvoyFilterObject,
  b: EnvoyFilterObject,
  rootNamespace: string,
): number {
  const priority = ({ spec }: EnvoyFilterObject): number => spec?.priority ?? 0;
  const local = ({ metadata }: EnvoyFilterObject): number =>
    Number(metadata.namespace !== rootNamespace);
  const fullName = ({ metadata }: EnvoyFilterObject): string =>
    `${metadata.name}.${metadata.namespace}`;
  return (
    priority(a) - priority(b) ||
    local(a) - local(b) ||
    compareText(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    compareText(fullName(a), fullName(b))
  );
}

/** By code units, as Go compares strings; timestamps of the API server all have the same form. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
