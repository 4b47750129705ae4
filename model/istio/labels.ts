import type { Variant } from "../remedy.ts";
import { formatTimeout } from "../timeout.ts";

/** Name of the probe's container in its pod. */
export const PROBE_CONTAINER = "probe";

/** Returns the label of every pod of a stack by which configuration finds the pods with a sidecar. */
export function sidecarLabels(sidecar: boolean): Record<string, string> {
  return { "istio-idle-timeout/sidecar": String(sidecar) };
}

/** Returns the labels by which the Deployment of a probe finds its pod; they never change. */
export function probeLabels(sidecar: boolean): Record<string, string> {
  return { "app.kubernetes.io/name": "probe", ...sidecarLabels(sidecar) };
}

/** Returns the labels by which the Deployment of real drivers finds its pod. */
export function driverLabels(sidecar: boolean): Record<string, string> {
  return { "app.kubernetes.io/name": "drivers", ...sidecarLabels(sidecar) };
}

/** Label by which a pod asks for a sidecar, or for none. */
export const INJECT_LABEL = "sidecar.istio.io/inject";

/**
 * Returns the labels of a namespace in whose pods Istio injects its sidecar.
 *
 * @param revision of the control plane, or its tag; undefined is the mesh's default.
 */
export function injectionLabels(revision: string | undefined): Record<string, string> {
  return revision === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": revision };
}

/** Label of the pods made for one run. */
export const RUN_LABEL = "istio-idle-timeout/run";

/**
 * Returns the labels of a pod's timeout and remedy, by which its policy finds it. Pulumi deletes the policy of an earlier
 * configuration only at the end of an update; with these labels it does not reach the new pods.
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

/** Annotation of a namespace and label of a container, with the owner id of the stack that made it. */
export const OWNER_KEY = "istio-idle-timeout/owner";
