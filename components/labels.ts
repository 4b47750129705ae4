/** How the pods of a stack are found: by the EnvoyFilters, and by whoever asks the probes. */

/** Name of the probe's container in its pod. */
export const PROBE_CONTAINER = "probe";

/** Labels that stay the same for the life of a Deployment, and by which it finds its pods. */
export function probeLabels(sidecar: boolean): Record<string, string> {
  return {
    "app.kubernetes.io/name": "probe",
    "istio-idle-timeout/sidecar": String(sidecar),
  };
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
 * Label with the timeout that a pod was made for, by which its policy finds it. The policy of an earlier
 * configuration, which Pulumi deletes only at the end of an update, so does not reach the new pods.
 */
export const TIMEOUT_LABEL = "istio-idle-timeout/timeout";
