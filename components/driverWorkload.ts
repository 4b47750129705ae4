import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { DriverLanguage } from "./drivers.ts";
import { injectionAnnotations } from "./injection.ts";
import type { InjectionRequest } from "./injection.ts";
import { driverLabels, INJECT_LABEL, RUN_LABEL } from "./labels.ts";
import { SIDECAR_REQUESTS } from "./probeWorkload.ts";

export interface DriverWorkloadArgs {
  /** Namespace with sidecar injection. */
  namespace: pulumi.Input<string>;
  /** The programs' images, by digest; each is a container. */
  images: Partial<Record<DriverLanguage, pulumi.Input<string>>>;
  /** Secret with the programs' configuration as `config.json`. */
  secretName: pulumi.Input<string>;
  /** Whether the pod gets Istio's sidecar; the one without is the control. */
  sidecar: boolean;
  /** Run that the pod is for. Another one makes a new pod. */
  runId: string;
  /** Labels by which what configures its sidecar finds the pod. */
  variantLabels: Readonly<Record<string, string>>;
  /** What else is asked of the sidecar. */
  injection: pulumi.Input<InjectionRequest>[];
  /** `os/arch` that the images are for; undefined is any node. */
  platform: string | undefined;
}

/** Where both programs read what they are to do. */
const CONFIG_DIRECTORY = "/etc/drivers";

/**
 * One pod with the programs that use real drivers, kept by a Deployment. They begin when it starts, and
 * what they found stays in their logs.
 */
export class DriverWorkload extends pulumi.ComponentResource {
  /** Name of the Deployment, once its pod is ready. */
  readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: DriverWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:DriverWorkload", name, {}, opts);

    const labels = driverLabels(args.sidecar);
    const [os, arch] = args.platform?.split("/") ?? [];
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      {
        metadata: {
          name: args.sidecar ? "drivers-with-sidecar" : "drivers-without-sidecar",
          namespace: args.namespace,
          labels,
        },
        spec: {
          replicas: 1,
          // Never two pods of a kind: which one is read would be left to chance.
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
              annotations: pulumi
                .all(args.injection)
                .apply((requests) => ({ ...SIDECAR_REQUESTS, ...injectionAnnotations(requests) })),
            },
            spec: {
              ...(os !== undefined &&
                arch !== undefined && {
                  nodeSelector: { "kubernetes.io/os": os, "kubernetes.io/arch": arch },
                }),
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              terminationGracePeriodSeconds: 2,
              containers: Object.entries(args.images).map(([language, image]) =>
                container(language as DriverLanguage, image),
              ),
              volumes: [{ name: "config", secret: { secretName: args.secretName } }],
            },
          },
        },
      },
      { parent: this, customTimeouts: { create: "3m", update: "3m", delete: "2m" } },
    );

    this.deploymentName = deployment.metadata.name;
    this.registerOutputs({ deploymentName: this.deploymentName });
  }
}

/** Each case of Node.js is a thread with a heap of its own. */
const MEMORY: Record<DriverLanguage, string> = { go: "128Mi", node: "512Mi" };

function container(
  language: DriverLanguage,
  image: pulumi.Input<string>,
): k8s.types.input.core.v1.Container {
  return {
    name: language,
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
      limits: { cpu: "1", memory: MEMORY[language] },
    },
    volumeMounts: [{ name: "config", mountPath: CONFIG_DIRECTORY, readOnly: true }],
  };
}
