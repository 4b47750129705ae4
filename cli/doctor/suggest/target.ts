import { workloadOfOwner } from "../../cluster/podFacts.ts";
import type { WorkloadObject } from "../mesh/istioObjects.ts";
import type { MeshObjects } from "../mesh/objects.ts";
import type { DoctorPod } from "../mesh/pod.ts";

/** Labels that controllers and istiod give single pods, or all pods of one template. */
const PASSING =
  /^(pod-template-(hash|generation)|controller-revision-hash|statefulset\.kubernetes\.io\/.*|apps\.kubernetes\.io\/.*|batch\.kubernetes\.io\/.*|security\.istio\.io\/tlsMode|service\.istio\.io\/.*)$/;

/** The pods that a suggestion is for. */
export interface Target {
  namespace: string;
  /** Name of the workload, or of the pod where it has none. */
  name: string;
  /** By which objects select them; empty where they have none of their own. */
  labels: Readonly<Record<string, string>>;
}

/** Finds the labels by which a workload's pods can be selected: those by which it finds them itself, else the pod's lasting ones. */
export function targetOf({ metadata }: DoctorPod, workload?: WorkloadObject): Target {
  const { namespace, labels = {}, ownerReferences = [] } = metadata;
  const [owner] = ownerReferences;
  const { matchLabels = {}, matchExpressions = [] } = workload?.selector ?? {};
  const exact = Object.keys(matchLabels).length > 0 && matchExpressions.length === 0;
  const lasting = Object.entries(labels).filter(([key]) => !PASSING.test(key));
  return {
    namespace,
    name: owner === undefined ? metadata.name : workloadOfOwner(owner).name,
    labels: exact ? matchLabels : Object.fromEntries(lasting),
  };
}

/** `every pod of namespace shop with app=web`. */
export function describeTarget({ namespace, labels }: Target): string {
  const list = Object.entries(labels).map((label) => label.join("="));
  return `every pod of namespace ${namespace}${list.length === 0 ? "" : ` with ${list.join(", ")}`}`;
}

/** Completes a name where another object has it already, which applying would replace. */
export function freeName(
  kind: keyof MeshObjects,
  { namespace }: Target,
  wanted: string,
  objects: MeshObjects,
): string {
  const taken = new Set(
    objects[kind].flatMap(({ metadata }) =>
      "namespace" in metadata && metadata.namespace === namespace ? [metadata.name] : [],
    ),
  );
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) {
    name = `${wanted}-${count}`;
  }
  return name;
}
