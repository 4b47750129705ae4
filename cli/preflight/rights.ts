import type { PreflightRequest } from "../../model/requests.ts";
import { parseTimeout } from "../../model/timeout.ts";
import { remedyPlan } from "../../model/remedyBehaviour.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { reasonOf } from "./cluster.ts";

/** Verbs on one resource. */
interface Rights {
  group: string;
  /** With a subresource as `pods/exec`. */
  resource: string;
  verbs: readonly string[];
  /** Undefined for a resource of the cluster. */
  namespace: string | undefined;
}

const OWNED = ["create", "get", "list", "watch", "patch", "delete"];
/** Verbs for objects that nobody waits for. */
const KEPT = ["create", "get", "list", "patch", "delete"];

/**
 * What a stack does in the cluster, the same as in `docs/rbac.yaml`. Pulumi's plugin lists and watches
 * whatever it waits for, volume claims included; without the right to it waits in vain.
 */
function neededRights({ namespace, path, remedy, timeout, timelapse }: Wanted): Rights[] {
  // For a time-lapse a pod is put to the injector for trial.
  const pods = ["get", "list", "watch", ...(timelapse ? ["create"] : [])];
  const istio = (resource: string): Rights => ({
    group: "networking.istio.io",
    resource,
    verbs: OWNED,
    namespace,
  });
  const { connectionPool } = remedyPlan({ remedy, timeout: parseTimeout(timeout) });
  return [
    { group: "", resource: "namespaces", verbs: OWNED, namespace: undefined },
    { group: "", resource: "configmaps", verbs: KEPT, namespace },
    { group: "", resource: "secrets", verbs: OWNED, namespace },
    { group: "apps", resource: "deployments", verbs: OWNED, namespace },
    { group: "apps", resource: "replicasets", verbs: ["list", "watch"], namespace },
    { group: "", resource: "pods", verbs: pods, namespace },
    { group: "", resource: "persistentvolumeclaims", verbs: ["list", "watch"], namespace },
    // Which of the two an exec needs depends on the versions of kubectl and cluster.
    { group: "", resource: "pods/exec", verbs: ["create", "get"], namespace },
    { group: "", resource: "pods/log", verbs: ["get"], namespace },
    istio("envoyfilters"),
    ...(path === "serviceEntry" ? [istio("serviceentries")] : []),
    ...(connectionPool === undefined ? [] : [istio("destinationrules")]),
  ];
}

type Wanted = Pick<PreflightRequest, "namespace" | "path" | "remedy" | "timeout" | "timelapse">;

/** Names all rights that the user lacks, in one line. */
export async function rightsProblems(kubectl: Kubectl, wanted: Wanted): Promise<string[]> {
  const needed = neededRights(wanted);
  const reviews = needed.flatMap((rights) => rights.verbs.map((verb) => review(rights, verb)));
  let answer;
  try {
    // Creates nothing: the answer to such a review is all there is of it.
    answer = await kubectl(
      ["create", "--validate=false", "--filename=-", '--output=jsonpath={.status.allowed}{"\\n"}'],
      { input: JSON.stringify({ apiVersion: "v1", kind: "List", items: reviews }) },
    );
  } catch (error) {
    return [`rights: the cluster does not say what you may do: ${reasonOf(error)}`];
  }
  const answers = answer.split("\n");
  const missing = needed.flatMap(({ group, resource, verbs, namespace }) => {
    const allowed = answers.splice(0, verbs.length);
    const denied = verbs.filter((_, place) => allowed[place] !== "true");
    const what = group === "" ? resource : `${resource}.${group}`;
    const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
    return denied.length === 0 ? [] : [`${denied.join("/")} ${what}${where}`];
  });
  return missing.length === 0
    ? []
    : [
        `rights: you may not ${missing.join(", ")}; have an administrator apply docs/rbac.yaml and bind ` +
          "its role to you",
      ];
}

function review({ group, resource, namespace }: Rights, verb: string): object {
  const [name, subresource] = resource.split("/");
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { group, resource: name, subresource, verb, namespace } },
  };
}
