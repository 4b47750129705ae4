import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { injectionAnnotations } from "./injection.ts";
import type { InjectionRequest } from "./injection.ts";
import { CREDENTIALS_SECRET } from "./probeCredentials.ts";
import { INJECT_LABEL, PROBE_CONTAINER, probeLabels, RUN_LABEL } from "./labels.ts";

export interface ProbeWorkloadArgs {
  /** Namespace with sidecar injection. */
  namespace: pulumi.Input<string>;
  /** The probe's image, by digest. */
  image: pulumi.Input<string>;
  /** Whether the pod gets Istio's sidecar; the one without is the control. */
  sidecar: boolean;
  /** Run that the pod is for. Another one makes a new pod. */
  runId: string;
  /**
   * Version of what the probe logs in with. Another one makes a new pod: one that runs would have it a minute
   * later, when the kubelet gets to it.
   */
  credentialsVersion: pulumi.Input<string>;
  /** Labels by which what configures its sidecar finds the pod. */
  variantLabels: Readonly<Record<string, string>>;
  /**
   * What else is asked of the sidecar.
   * @default nothing
   */
  injection?: pulumi.Input<InjectionRequest>[] | undefined;
  /**
   * `os/arch` that the image is for, and so of the node to run on.
   * @default any node
   */
  platform?: string | undefined;
}

/** Where the probe keeps its socket and its records. */
const STATE_DIRECTORY = "/var/run/probe";
/** Where it reads what it logs in with. */
const CREDENTIALS_DIRECTORY = "/etc/probe";
const CREDENTIALS_ANNOTATION = "istio-idle-timeout/credentials";

/**
 * One pod with the probe, kept by a Deployment. With and without sidecar differ in their labels only, so
 * that what differs between their results is the sidecar's doing.
 */
export class ProbeWorkload extends pulumi.ComponentResource {
  /** Name of the Deployment, once its pod is ready. */
  readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: ProbeWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ProbeWorkload", name, {}, opts);

    const labels = probeLabels(args.sidecar);
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      {
        metadata: {
          name: args.sidecar ? "probe-with-sidecar" : "probe-without-sidecar",
          namespace: args.namespace,
          labels,
        },
        spec: {
          replicas: 1,
          // Never two probes of a kind: which one a run asks would be left to chance.
          strategy: { type: "Recreate" },
          selector: { matchLabels: labels },
          template: {
            metadata: {
              labels: {
                ...labels,
                [RUN_LABEL]: args.runId,
                ...args.variantLabels,
                [INJECT_LABEL]: String(args.sidecar),
              },
              annotations: pulumi.all(args.injection ?? []).apply((requests) => ({
                ...SIDECAR_REQUESTS,
                [CREDENTIALS_ANNOTATION]: args.credentialsVersion,
                ...injectionAnnotations(requests),
              })),
            },
            spec: probePod(args.image, args.platform),
          },
        },
      },
      { parent: this, customTimeouts: { create: "3m", update: "3m", delete: "2m" } },
    );

    this.deploymentName = deployment.metadata.name;
    this.registerOutputs({ deploymentName: this.deploymentName });
  }
}

/**
 * A sidecar that carries one connection needs little, and Istio's defaults fill a small node quickly; and it counts
 * what its idle timeout closes only where that is asked for. Without a sidecar they mean nothing.
 */
export const SIDECAR_REQUESTS = {
  "sidecar.istio.io/proxyCPU": "10m",
  "sidecar.istio.io/proxyMemory": "64Mi",
  "sidecar.istio.io/statsInclusionPrefixes": "tcp",
};

function probePod(
  image: pulumi.Input<string>,
  platform: string | undefined,
): k8s.types.input.core.v1.PodSpec {
  const [os, arch] = platform?.split("/") ?? [];
  return {
    ...(os !== undefined &&
      arch !== undefined && {
        nodeSelector: { "kubernetes.io/os": os, "kubernetes.io/arch": arch },
      }),
    // The sidecar's own token is a volume of the injected template and not affected.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // Nothing is worth waiting for when a probe is stopped.
    terminationGracePeriodSeconds: 2,
    containers: [
      {
        name: PROBE_CONTAINER,
        image,
        securityContext: {
          runAsNonRoot: true,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          seccompProfile: { type: "RuntimeDefault" },
        },
        resources: {
          requests: { cpu: "10m", memory: "64Mi" },
          limits: { cpu: "1", memory: "128Mi" },
        },
        // Ready means that the probe answers. Once it does it is not asked again: a readiness or
        // liveness probe would start Node.js over and over beside a running measurement.
        startupProbe: {
          exec: { command: ["node", "/app/client.mjs", "status", "startup"] },
          periodSeconds: 1,
          timeoutSeconds: 10,
          failureThreshold: 60,
        },
        volumeMounts: [
          { name: "state", mountPath: STATE_DIRECTORY },
          { name: "credentials", mountPath: CREDENTIALS_DIRECTORY, readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "state", emptyDir: { sizeLimit: "16Mi" } },
      // Without it the probe goes without.
      { name: "credentials", secret: { secretName: CREDENTIALS_SECRET, optional: true } },
    ],
  };
}
