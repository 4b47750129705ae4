import { askJson, KubectlError } from "../../cluster/kubectl.ts";
import type { Kubectl } from "../../cluster/kubectl.ts";
import { workloadOfOwner } from "../../cluster/podFacts.ts";
import type { WorkloadObject } from "./istioObjects.ts";
import type { DoctorPod } from "./pod.ts";

/**
 * Reads the Deployment, StatefulSet or DaemonSet that a pod belongs to.
 *
 * @returns undefined where it has none, or the user may not look at it.
 */
export async function readWorkload(
  kubectl: Kubectl,
  { metadata }: DoctorPod,
): Promise<WorkloadObject | undefined> {
  const [owner] = metadata.ownerReferences ?? [];
  if (owner === undefined) {
    return undefined;
  }
  const { kind, name } = workloadOfOwner(owner);
  if (!["Deployment", "StatefulSet", "DaemonSet"].includes(kind)) {
    return undefined;
  }
  try {
    const answer = (await askJson(kubectl, [
      ...["get", `${kind.toLowerCase()}s.apps`, name, "--output", "json"],
    ])) as WorkloadObject;
    const { namespace, creationTimestamp, annotations } = answer.metadata;
    const metadata = { name, namespace, creationTimestamp, ...(annotations && { annotations }) };
    return { kind, metadata };
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    return undefined;
  }
}
