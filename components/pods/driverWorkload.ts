import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { DriverLanguage } from "../settings/drivers.ts";
import { driverLabels } from "../../model/istio/labels.ts";
import { DEPLOYMENT_TIMEOUTS, measuringDeployment, RESTRICTED } from "./measuringDeployment.ts";
import type { MeasuringPodArgs } from "./measuringDeployment.ts";

export interface DriverWorkloadArgs extends MeasuringPodArgs {
  /** Image of each program, by digest; each becomes a container. */
  images: Partial<Record<DriverLanguage, pulumi.Input<string>>>;
  /** Secret with the programs' configuration as `config.json`. */
  secretName: pulumi.Input<string>;
}

/** Folder in which both programs read their configuration. */
const CONFIG_DIRECTORY = "/etc/drivers";

/**
 * Keeps one pod with the programs that use real drivers. They begin when the pod starts, and write their findings to
 * their logs.
 */
export class DriverWorkload extends pulumi.ComponentResource {
  constructor(name: string, args: DriverWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:DriverWorkload", name, {}, opts);

    new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      measuringDeployment(args, {
        name: "drivers",
        labels: driverLabels(args.sidecar),
        containers: Object.entries(args.images).map(([language, image]) =>
          container(language as DriverLanguage, image),
        ),
        volumes: [{ name: "config", secret: { secretName: args.secretName } }],
      }),
      { parent: this, customTimeouts: DEPLOYMENT_TIMEOUTS },
    );

    this.registerOutputs({});
  }
}

/** Memory limits. Each case of the Node.js program is a thread with a heap of its own. */
const MEMORY: Record<DriverLanguage, string> = { go: "128Mi", node: "512Mi" };

function container(
  language: DriverLanguage,
  image: pulumi.Input<string>,
): k8s.types.input.core.v1.Container {
  return {
    name: language,
    image,
    securityContext: RESTRICTED,
    resources: {
      requests: { cpu: "10m", memory: "64Mi" },
      limits: { cpu: "1", memory: MEMORY[language] },
    },
    volumeMounts: [{ name: "config", mountPath: CONFIG_DIRECTORY, readOnly: true }],
  };
}
