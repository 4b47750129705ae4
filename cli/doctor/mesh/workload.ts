import { KubectlError } from "../../cluster/kubectl.ts";
import type { LabelSelector } from "../../cluster/labelSelector.ts";
import type { Reader } from "../../cluster/reader.ts";
import { isWorkloadKind, workloadOfOwner } from "../../cluster/podFacts.ts";
import type { WorkloadObject } from "./istioObjects.ts";
import type { DoctorPod } from "./pod.ts";

/**
 * Reads the Deployment, StatefulSet or DaemonSet that a pod belongs to.
 *
 * @returns undefined where it has none, or the user may not look at it.
 */
export async function readWorkload(
  reader: Reader,
  { metadata }: DoctorPod,
): Promise<WorkloadObject | undefined> {
  const [owner] = metadata.ownerReferences ?? [];
  if (owner === undefined) {
    return undefined;
  }
  const { kind, name } = workloadOfOwner(owner);
  if (!isWorkloadKind(kind)) {
    return undefined;
  }
  try {
    const where = ["--namespace", metadata.namespace, "--output", "json"];
    const answer = (await reader.json([
      ...["get", `${kind.toLowerCase()}s.apps`, name, ...where],
    ])) as WorkloadObject & { spec?: { selector?: LabelSelector } };
    const { namespace, creationTimestamp, annotations } = answer.metadata;
    const kept = { name, namespace, creationTimestamp, ...(annotations && { annotations }) };
    const selector = answer.spec?.selector;
    return { kind, metadata: kept, ...(selector && { selector }) };
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    return undefined;
  }
}
