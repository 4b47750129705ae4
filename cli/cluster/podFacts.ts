import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";

/** Facts about a pod of any kind, each from the part of the object that it asks for. */

/** Tells whether the pod has a sidecar, which is an init container with a restart policy of its own on newer clusters. */
export function hasSidecar({
  spec,
}: {
  spec: { containers: readonly Named[]; initContainers?: readonly Named[] };
}): boolean {
  return [...spec.containers, ...(spec.initContainers ?? [])].some(
    ({ name }) => name === PROXY_CONTAINER,
  );
}

/** Lists the statuses of a pod's containers, a sidecar among the init containers included; of a new pod there are none. */
export function containerStatuses<T>({ status }: { status: Statuses<T> }): T[] {
  return [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
}

/** Tells whether the pod is not being deleted. */
export function isStaying({ metadata }: { metadata: { deletionTimestamp?: string } }): boolean {
  return metadata.deletionTimestamp === undefined;
}

/** Tells whether the pod takes part in its Services. */
export function isReady({ status }: { status: { conditions?: Condition[] } }): boolean {
  return (status.conditions ?? []).some((each) => each.type === "Ready" && each.status === "True");
}

/** Compares pods for a sort: the newest first, equally old ones by their names. */
export function newestFirst({ metadata: a }: Dated, { metadata: b }: Dated): number {
  return b.creationTimestamp.localeCompare(a.creationTimestamp) || (a.name < b.name ? -1 : 1);
}

/** Kinds of the group `apps` that run pods of a template for as long as nobody stops them. */
const WORKLOAD_KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;

export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

export function isWorkloadKind(kind: string): kind is WorkloadKind {
  return WORKLOAD_KINDS.some((each) => each === kind);
}

/** Finds the workload of a pod's owner: a ReplicaSet carries its Deployment's name and a hash of the template. */
export function workloadOfOwner({ kind, name }: Owner): Owner {
  return kind === "ReplicaSet"
    ? { kind: "Deployment", name: name.replace(/-[a-z0-9]+$/, "") }
    : { kind, name };
}

interface Statuses<T> {
  containerStatuses?: readonly T[];
  initContainerStatuses?: readonly T[];
}

interface Named {
  name: string;
}

interface Condition {
  type: string;
  status: string;
}

interface Dated {
  /** `creationTimestamp`: RFC 3339, in whole seconds. */
  metadata: { name: string; creationTimestamp: string };
}

interface Owner {
  kind: string;
  name: string;
}
