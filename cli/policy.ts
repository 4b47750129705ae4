import { KubectlError } from "./kubectl.ts";
import type { World } from "./world.ts";

/** The policy's name when it is not in the cluster: then what the proxy has is what counts. */
export async function findMissingPolicy(
  world: World,
  policy: string | undefined,
): Promise<string | undefined> {
  if (policy === undefined) {
    return undefined;
  }
  try {
    await world.kubectl(["get", "envoyfilters.networking.istio.io", policy, "--output", "name"]);
    return undefined;
  } catch (error) {
    if (error instanceof KubectlError && error.notFound) {
      world.report(`EnvoyFilter ${policy} is not in the cluster; measuring what the proxy applies`);
      return policy;
    }
    throw error;
  }
}
