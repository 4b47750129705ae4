import { KubectlError } from "../cluster/kubectl.ts";
import type { World } from "../cluster/world.ts";

/** Kinds of what configures a sidecar's timeout, by their resources in the cluster. */
const RESOURCES = {
  EnvoyFilter: "envoyfilters.networking.istio.io",
  DestinationRule: "destinationrules.networking.istio.io",
} as const;

type PolicyKind = keyof typeof RESOURCES;

export const POLICY_KINDS = Object.keys(RESOURCES) as PolicyKind[];

/** An object in the namespace of the probes. */
export interface PolicyReference {
  kind: PolicyKind;
  name: string;
}

/**
 * Reads `kind/name`, or the bare name of an EnvoyFilter: so it stands in the commands of runs that were
 * begun before there was another kind, and that are collected later.
 *
 * @throws Error with one line for the user.
 */
export function parsePolicyReference(text: string): PolicyReference {
  const [kind, name = "", ...rest] = text.includes("/") ? text.split("/") : ["EnvoyFilter", text];
  const known = POLICY_KINDS.find((each) => each === kind);
  if (known === undefined || name === "" || rest.length > 0) {
    throw new Error(
      `${JSON.stringify(text)} is not KIND/NAME with a kind of ${POLICY_KINDS.join(" or ")}`,
    );
  }
  return { kind: known, name };
}

/** The policy in words when it is not in the cluster: then what the proxy has is what counts. */
export async function findMissingPolicy(
  world: World,
  policy: PolicyReference | undefined,
): Promise<string | undefined> {
  if (policy === undefined) {
    return undefined;
  }
  try {
    await world.kubectl(["get", RESOURCES[policy.kind], policy.name, "--output", "name"]);
    return undefined;
  } catch (error) {
    if (error instanceof KubectlError && error.notFound) {
      const missing = `${policy.kind} ${policy.name}`;
      world.report(`${missing} is not in the cluster; measuring what the proxy applies`);
      return missing;
    }
    throw error;
  }
}
