import type { Variant } from "../remedy.ts";
import { formatTimeout } from "../timeout.ts";

/** How the pods of a stack are found: by what configures them, and by whoever asks the probes. */

/** Name of the probe's container in its pod. */
export const PROBE_CONTAINER = "probe";

/** Label of every pod of a stack, by which what configures sidecars finds those that have one. */
export function sidecarLabels(sidecar: boolean): Record<string, string> {
  return { "istio-idle-timeout/sidecar": String(sidecar) };
}

/** Labels that stay the same for the life of a Deployment, and by which it finds its pods. */
export function probeLabels(sidecar: boolean): Record<string, string> {
  return { "app.kubernetes.io/name": "probe", ...sidecarLabels(sidecar) };
}

/** The same for the pods with real drivers. */
export function driverLabels(sidecar: boolean): Record<string, string> {
  return { "app.kubernetes.io/name": "drivers", ...sidecarLabels(sidecar) };
}

/** Label by which a pod says whether it is to get a sidecar. */
export const INJECT_LABEL = "sidecar.istio.io/inject";

/**
 * Labels of a namespace in whose pods Istio injects its sidecar.
 *
 * @param revision of the control plane, or its tag; undefined is the mesh's default.
 */
export function injectionLabels(revision: string | undefined): Record<string, string> {
  return revision === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": revision };
}

/** Label of the pods made for one run. */
export const RUN_LABEL = "istio-idle-timeout/run";

/**
 * Labels with the timeout and the remedy that a pod was made for, by which its policy finds it. The policy
 * of an earlier configuration, which Pulumi deletes only at the end of an update, so does not reach the new
 * pods.
 */
export function variantLabels({
  remedy,
  timeout,
}: Pick<Variant, "remedy" | "timeout">): Record<string, string> {
  return {
    "istio-idle-timeout/timeout": formatTimeout(timeout),
    "istio-idle-timeout/remedy": remedy,
  };
}

/** Annotation of a namespace and label of a container, with the id of the stack's state that made it. */
export const OWNER_KEY = "istio-idle-timeout/owner";
