import { parsePolicyReference } from "../../model/istio/policyReference.ts";
import type { PolicyKind } from "../../model/istio/policyReference.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { World } from "../cluster/world.ts";

/** Resources of the API server by kind. */
const RESOURCES: Readonly<Record<PolicyKind, string>> = {
  EnvoyFilter: "envoyfilters.networking.istio.io",
  DestinationRule: "destinationrules.networking.istio.io",
};

/**
 * Looks for the object that should configure the sidecar. Where it is missing, what the proxy has is what counts.
 *
 * @param reference as `kind/name`.
 * @returns kind and name in words when it is not in the cluster.
 */
export async function findMissingPolicy(
  world: World,
  reference: string | undefined,
): Promise<string | undefined> {
  if (reference === undefined) {
    return undefined;
  }
  const { kind, name } = parsePolicyReference(reference);
  try {
    await world.kubectl(["get", RESOURCES[kind], name, "--output", "name"]);
    return undefined;
  } catch (error) {
    if (error instanceof KubectlError && error.notFound) {
      const missing = `${kind} ${name}`;
      world.report(`${missing} is not in the cluster; measuring what the proxy applies`);
      return missing;
    }
    throw error;
  }
}
