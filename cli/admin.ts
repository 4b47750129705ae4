import { askJson } from "./kubectl.ts";
import type { Kubectl } from "./kubectl.ts";
import { PROXY_CONTAINER } from "./pods.ts";

/**
 * Asks the admin interface of a pod's Envoy, which listens inside the pod only.
 *
 * @throws KubectlError
 */
export function askAdmin(kubectl: Kubectl, pod: string, path: string): Promise<unknown> {
  const exec = ["exec", pod, "--container", PROXY_CONTAINER, "--"];
  return askJson(kubectl, [...exec, "pilot-agent", "request", "GET", path]);
}
