import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { injectionAnnotations } from "../../model/istio/injection.ts";
import type { InjectionRequest } from "../../model/istio/injection.ts";
import { INJECT_LABEL, RUN_LABEL } from "../../model/istio/labels.ts";

/** What every pod is made with in which something is measured. */
export interface MeasuringPodArgs {
  /** Namespace with sidecar injection. */
  namespace: pulumi.Input<string>;
  /** Whether the pod gets Istio's sidecar; the one without is the control. */
  sidecar: boolean;
  /** Run that the pod is for. Another one makes a new pod. */
  runId: string;
  /** Labels by which what configures its sidecar finds the pod. */
  variantLabels: Readonly<Record<string, string>>;
  /**
   * What else is asked of the sidecar.
   * @default nothing
   */
  injection?: pulumi.Input<InjectionRequest>[] | undefined;
  /**
   * `os/arch` that its images are for, and so of the node to run on.
   * @default any node
   */
  platform?: string | undefined;
}

/** What tells one such pod from another. */
export interface MeasuringPod extends Pick<
  k8s.types.input.core.v1.PodSpec,
  "containers" | "volumes"
> {
  /** Of its Deployment, without what says whether there is a sidecar. */
  name: string;
  /** By which the Deployment finds its pod. */
  labels: Readonly<Record<string, string>>;
  /** @default none */
  annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Limits of the Deployment's resource. */
export const DEPLOYMENT_TIMEOUTS = { create: "3m", update: "3m", delete: "2m" };

/** What a container of ours gives up, which is all that the strictest of Kubernetes' standards asks for. */
export const RESTRICTED: k8s.types.input.core.v1.SecurityContext = {
  runAsNonRoot: true,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/**
 * A sidecar that carries one connection needs little, and Istio's defaults fill a small node quickly; and it counts
 * what its idle timeout closes only where that is asked for. Without a sidecar they mean nothing.
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
 * A Deployment that keeps one pod. With and without sidecar differ in name and labels only, so that what differs
 * between their results is the sidecar's doing.
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
      // Never two pods of a kind: which one is asked would be left to chance.
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
          // Nothing is worth waiting for when a pod is stopped.
          terminationGracePeriodSeconds: 2,
          containers,
          ...(volumes !== undefined && { volumes }),
        },
      },
    },
  };
}
