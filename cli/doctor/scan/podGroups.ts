import { canonicalJson } from "../../../model/digest.ts";
import { isReady, newestFirst, workloadOfOwner } from "../../cluster/podFacts.ts";
import { trimPod } from "../mesh/pod.ts";
import type { Container, DoctorPod } from "../mesh/pod.ts";

/** A pod as a list of pods has it. */
export interface ListedPod extends DoctorPod {
  metadata: DoctorPod["metadata"] & { creationTimestamp: string; deletionTimestamp?: string };
  spec: DoctorPod["spec"] & {
    containers: WithImage[];
    initContainers?: WithImage[];
  };
  status: DoctorPod["status"] & { conditions?: { type: string; status: string }[] };
}

type WithImage = Container & { image?: string };

/** Whom a pod belongs to: a workload, or itself. */
export interface Owner {
  kind: string;
  namespace: string;
  name: string;
}

/** Pods of one owner in which nothing that the doctor reads differs, so that one can stand for all. */
export interface PodGroup {
  owner: Owner;
  /** The one to ask: Ready if any is, then the newest. */
  pod: ListedPod;
  /** How many there are. */
  pods: number;
}

/** Groups equal pods, by owner and in the order of their names. */
export function groupPods(pods: readonly ListedPod[]): PodGroup[] {
  const groups = new Map<string, ListedPod[]>();
  for (const pod of pods) {
    const key = canonicalJson(identityOf(pod));
    groups.set(key, [...(groups.get(key) ?? []), pod]);
  }
  return [...groups.values()]
    .flatMap((equal) => {
      const [pod] = equal.sort(
        (a, b) => Number(isReady(b)) - Number(isReady(a)) || newestFirst(a, b),
      );
      return pod === undefined ? [] : { owner: ownerOf(pod), pod, pods: equal.length };
    })
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

export function ownerOf({ metadata }: DoctorPod): Owner {
  const { name, namespace, ownerReferences = [] } = metadata;
  const [owner] = ownerReferences;
  // A static pod belongs to its node, which makes no two of them alike.
  return owner === undefined || owner.kind === "Node"
    ? { kind: "Pod", namespace, name }
    : { namespace, ...workloadOfOwner(owner) };
}

/**
 * All of a pod that the doctor reads, without its name and addresses: its labels, among which the controller notes the
 * template; containers with what injection gave the sidecar; annotations of Istio's, and those without a prefix, which
 * somebody may have taken for Istio's. Network plugins write others that differ from pod to pod.
 */
function identityOf(pod: ListedPod): object {
  const { metadata, spec } = trimPod(pod);
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => !key.includes("/") || key.includes("istio.io/"),
  );
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  return {
    owner: ownerOf(pod),
    labels: metadata.labels ?? {},
    annotations: Object.fromEntries(annotations),
    spec,
    images: containers.map(({ image }) => image ?? ""),
  };
}

function sortKey({ owner, pod }: PodGroup): string {
  return [owner.namespace, owner.kind, owner.name, pod.metadata.name].join(" ");
}
