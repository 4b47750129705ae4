import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { injectionAnnotations } from "../../model/istio/injection.ts";
import type { InjectionRequest } from "../../model/istio/injection.ts";
import { INJECT_LABEL, RUN_LABEL } from "../../model/istio/labels.ts";

/** Arguments of every pod in which something is measured. */
export interface MeasuringPodArgs {
  /** Namespace with sidecar injection. */
  namespace: pulumi.Input<string>;
  /** Whether the pod gets Istio's sidecar; the one without is the control. */
  sidecar: boolean;
  /** Run id; another run makes a new pod. */
  runId: string;
  /** Labels by which the sidecar's configuration finds the pod. */
  variantLabels: Readonly<Record<string, string>>;
  /**
   * Requests to the injector.
   * @default none
   */
  injection?: pulumi.Input<InjectionRequest>[] | undefined;
  /**
   * `os/arch` of the pod's images, and so of its node.
   * @default any node
   */
  platform?: string | undefined;
}

/** Parts in which such pods differ. */
export interface MeasuringPod extends Pick<
  k8s.types.input.core.v1.PodSpec,
  "containers" | "volumes"
> {
  /** Name of the Deployment, without the part that tells whether there is a sidecar. */
  name: string;
  /** Labels by which the Deployment finds its pod. */
  labels: Readonly<Record<string, string>>;
  /** @default none */
  annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Timeouts of the Deployment's resource. */
export const DEPLOYMENT_TIMEOUTS = { create: "3m", update: "3m", delete: "2m" };

/** Security context of our containers, which meets the strictest of Kubernetes' Pod Security Standards. */
export const RESTRICTED: k8s.types.input.core.v1.SecurityContext = {
  runAsNonRoot: true,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/**
 * Annotations for the sidecar. One that carries a single connection needs little, while Istio's defaults fill a small
 * node quickly; and it counts what its idle timeout closes only if asked to. In a pod without a sidecar nothing reads
 * them.
 */
const SIDECAR_REQUESTS = {
  "sidecar.istio.io/proxyCPU": "10m",
  "sidecar.istio.io/proxyMemory": "64Mi",
  "sidecar.istio.io/statsInclusionPrefixes": "tcp",
};

/** Prefers the node of the run's other pods. */
function besideRun(runId: string): k8s.types.input.core.v1.WeightedPodAffinityTerm {
  const matchLabels = { [RUN_LABEL]: runId };
  return {
    weight: 100,
    podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels } },
  };
}

/**
 * Returns a Deployment that keeps one pod. The pods with and without a sidecar differ in name and labels only, so any
 * difference between their results comes from the sidecar.
 */
export function measuringDeployment(
  { namespace, sidecar, runId, variantLabels, injection = [], platform }: MeasuringPodArgs,
  { name, labels, annotations = {}, containers, volumes }: MeasuringPod,
): k8s.apps.v1.DeploymentArgs {
  const [os, arch] = platform?.split("/") ?? [];
  return {
    metadata: { name: `${name}-${sidecar ? "with" : "without"}-sidecar`, namespace, labels },
    spec: {
      replicas: 1,
      // Never two pods of a kind: chance would decide which one is asked.
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels: {
            ...labels,
            [RUN_LABEL]: runId,
            ...variantLabels,
            [INJECT_LABEL]: String(sidecar),
          },
          annotations: pulumi.all(injection).apply((requests) => ({
            ...SIDECAR_REQUESTS,
            ...annotations,
            ...injectionAnnotations(requests),
          })),
        },
        spec: {
          ...(os !== undefined &&
            arch !== undefined && {
              nodeSelector: { "kubernetes.io/os": os, "kubernetes.io/arch": arch },
            }),
          // On one node both connections leave the cluster in the same way.
          affinity: {
            podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [besideRun(runId)] },
          },
          // The sidecar's own token is a volume of the injected template and not affected.
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          // A pod that is stopped has nothing left to finish.
          terminationGracePeriodSeconds: 2,
          containers,
          ...(volumes !== undefined && { volumes }),
        },
      },
    },
  };
}
