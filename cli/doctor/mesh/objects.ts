import { KubectlError } from "../../cluster/kubectl.ts";
import type { Reader } from "../../cluster/reader.ts";
import type {
  DestinationRuleObject,
  EnvoyFilterObject,
  NamespaceObject,
  ProxyConfigObject,
  ServiceEntryObject,
  ServiceObject,
  SidecarObject,
} from "./istioObjects.ts";

/** Every object that can have a say in an idle timeout, as far as the user may look at them. */
export interface MeshObjects {
  EnvoyFilter: EnvoyFilterObject[];
  DestinationRule: DestinationRuleObject[];
  ServiceEntry: ServiceEntryObject[];
  Sidecar: SidecarObject[];
  ProxyConfig: ProxyConfigObject[];
  Service: ServiceObject[];
  Namespace: NamespaceObject[];
}

export type ObjectKind = keyof MeshObjects;

const RESOURCES: Record<ObjectKind, string> = {
  EnvoyFilter: "envoyfilters.networking.istio.io",
  DestinationRule: "destinationrules.networking.istio.io",
  ServiceEntry: "serviceentries.networking.istio.io",
  Sidecar: "sidecars.networking.istio.io",
  ProxyConfig: "proxyconfigs.networking.istio.io",
  Service: "services",
  Namespace: "namespaces",
};

const KINDS = Object.keys(RESOURCES) as ObjectKind[];

interface Listed {
  kind: string;
}

/** Something that could not be looked at. */
export interface Unseen {
  /** Undefined for what is no object of the mesh. */
  kind?: ObjectKind;
  /** Undefined is all of them. */
  namespace?: string;
  /** Address of a pod that connections lead to. */
  address?: string;
  /** In words, with the reason. */
  text: string;
}

/**
 * Lists the objects of all namespaces in one call; where that is not allowed, kind by kind; and where that is not
 * either, in the namespaces that istiod looks at for the pod.
 *
 * @param namespaces the pod's own and the root namespace.
 * @param unseen gets what could not be looked at.
 */
export async function listObjects(
  reader: Reader,
  namespaces: () => Promise<readonly string[]>,
  unseen: Unseen[],
): Promise<MeshObjects> {
  const list = async (resources: string, ...where: string[]): Promise<Listed[]> => {
    const answer = await reader.json(["get", resources, ...where, "--output", "json"]);
    return (answer as { items: Listed[] }).items;
  };
  const one = async (kind: ObjectKind): Promise<Listed[]> => {
    try {
      return await list(RESOURCES[kind], "--all-namespaces");
    } catch (error) {
      if (isMissingKind(error)) {
        return [];
      }
      reasonOf(error);
    }
    if (kind === "Namespace") {
      return [];
    }
    const found = [...new Set(await namespaces())].map(async (namespace) => {
      try {
        return await list(RESOURCES[kind], "--namespace", namespace);
      } catch (error) {
        const text = `${RESOURCES[kind].split(".")[0]} in namespace ${namespace} (${reasonOf(error)})`;
        unseen.push({ kind, namespace, text });
        return [];
      }
    });
    return (await Promise.all(found)).flat();
  };
  let items: Listed[];
  try {
    items = await list(Object.values(RESOURCES).join(","), "--all-namespaces");
  } catch (error) {
    reasonOf(error);
    items = (await Promise.all(KINDS.map(one))).flat();
  }
  const byKind = (kind: ObjectKind): unknown[] => items.filter((item) => item.kind === kind);
  return Object.fromEntries(KINDS.map((kind) => [kind, byKind(kind)])) as unknown as MeshObjects;
}

/**
 * Why the user could not look.
 *
 * @param may what the user would have to be allowed to.
 * @throws whatever is no answer of kubectl's.
 */
export function reasonOf(error: unknown, may = "list them"): string {
  if (!(error instanceof KubectlError)) {
    throw error;
  }
  return error.forbidden ? `you may not ${may}` : error.reason;
}

/** Whether the cluster's Istio is older than a kind. */
function isMissingKind(error: unknown): boolean {
  return error instanceof KubectlError && error.reason.includes("doesn't have a resource type");
}
