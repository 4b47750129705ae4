import { UserError } from "../../../model/userError.ts";
import { KubectlError } from "../../cluster/kubectl.ts";
import { adviseRole } from "../../cluster/role.ts";
import type { Reader } from "../../cluster/reader.ts";
import type { ListedPod } from "./podGroups.ts";

/** Which pods are looked at. */
export interface Pods {
  /** Undefined is every namespace. */
  namespace: string | undefined;
  /** As kubectl takes it: `app=web,tier!=cache`. Undefined is every pod. */
  selector: string | undefined;
}

/** @throws UserError where there are none, or they may not be listed. */
export async function listPods(
  reader: Reader,
  { namespace, selector }: Pods,
): Promise<ListedPod[]> {
  const where = namespace === undefined ? ["--all-namespaces"] : ["--namespace", namespace];
  const which = selector === undefined ? [] : ["--selector", selector];
  const see = ["kubectl get pods", ...where, ...which].join(" ");
  const subject = namespace === undefined ? "all namespaces" : `namespace ${namespace}`;
  try {
    const answer = await reader.json(["get", "pods", ...where, ...which, "--output", "json"]);
    const { items } = answer as { items: ListedPod[] };
    if (items.length === 0) {
      throw new UserError(`${subject}: no such pods; see ${see}`);
    }
    return items;
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    const problem = !error.forbidden
      ? error.reason
      : namespace === undefined
        ? `you may not list their pods; name one with --namespace, or ${adviseRole()} in all namespaces`
        : `you may not list its pods; name a pod, or ${adviseRole()}`;
    throw new UserError(`${subject}: ${problem}`, { cause: error });
  }
}
