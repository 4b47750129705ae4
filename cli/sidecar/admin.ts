import { askJson } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";

/**
 * Has a pod's Envoy change something of itself, by its admin interface; returns what it answers.
 *
 * @throws KubectlError
 */
export function postAdmin(kubectl: Kubectl, pod: string, path: string): Promise<string> {
  const exec = ["exec", pod, "--container", PROXY_CONTAINER, "--"];
  return kubectl([...exec, "pilot-agent", "request", "POST", path]);
}

/**
 * Asks the admin interface of a pod's Envoy, which listens inside the pod only.
 *
 * @param namespace of the pod. @default the one that `kubectl` was made for
 * @throws KubectlError
 */
export function askAdmin(
  kubectl: Kubectl,
  pod: string,
  path: string,
  namespace?: string,
): Promise<unknown> {
  return askJson(kubectl, adminCommand(pod, path, namespace));
}

/** The kubectl command of {@link askAdmin}. */
export function adminCommand(pod: string, path: string, namespace?: string): string[] {
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  const exec = ["exec", pod, ...where, "--container", PROXY_CONTAINER, "--"];
  return [...exec, "pilot-agent", "request", "GET", path];
}

/**
 * A regular expression, of Envoy's kind, for this name of a cluster or a statistic. Istio makes them of letters, digits,
 * `_`, `-`, `|` and `.`.
 */
export function nameRegex(name: string): string {
  return name.replace(/[|.]/g, "\\$&");
}
