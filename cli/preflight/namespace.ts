import { OWNER_KEY } from "../../model/istio/labels.ts";
import { askJson, KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";

/**
 * Why the stack can't have its namespace: somebody else's stack has it, or it is still on its way out.
 *
 * @param owner as the stack's own namespace has it.
 */
export async function namespaceProblems(
  kubectl: Kubectl,
  name: string,
  owner: string,
): Promise<string[]> {
  let found: Namespace;
  try {
    found = (await askJson(kubectl, ["get", "namespace", name, "--output", "json"])) as Namespace;
  } catch (error) {
    if (error instanceof KubectlError) {
      return []; // It is not there, or whether it is can't be known: that is a matter of rights.
    }
    throw error;
  }
  const { annotations = {}, deletionTimestamp } = found.metadata;
  const is = annotations[OWNER_KEY];
  if (is !== owner) {
    const whose =
      is === undefined
        ? "was not made by a stack of this project"
        : `belongs to another stack, of ${is}`;
    return [
      `namespace ${name}: it exists and ${whose}; use another stack name, or if nobody needs it any more ` +
        `remove it: kubectl delete namespace ${name}`,
    ];
  }
  return deletionTimestamp === undefined
    ? []
    : [
        `namespace ${name}: it is still being deleted; wait for that and try again: ` +
          `kubectl wait --for=delete namespace/${name}`,
      ];
}

interface Namespace {
  metadata: { annotations?: Record<string, string>; deletionTimestamp?: string };
}
