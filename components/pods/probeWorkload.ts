import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PROBE_CONTAINER, probeLabels } from "../../model/istio/labels.ts";
import { DEPLOYMENT_TIMEOUTS, measuringDeployment, RESTRICTED } from "./measuringDeployment.ts";
import type { MeasuringPodArgs } from "./measuringDeployment.ts";
import { CREDENTIALS_SECRET } from "./probeCredentials.ts";

export interface ProbeWorkloadArgs extends MeasuringPodArgs {
  /** The probe's image, by digest. */
  image: pulumi.Input<string>;
  /**
   * Version of the probe's credentials. Another version makes a new pod: a running pod would get it up to a minute later,
   * when the kubelet updates the volume.
   */
  credentialsVersion: pulumi.Input<string>;
}

/** Folder of the probe's socket and records. */
const STATE_DIRECTORY = "/var/run/probe";
/** Folder in which the probe reads its credentials. */
const CREDENTIALS_DIRECTORY = "/etc/probe";
const CREDENTIALS_ANNOTATION = "istio-idle-timeout/credentials";

/** Keeps one pod with the probe. */
export class ProbeWorkload extends pulumi.ComponentResource {
  constructor(name: string, args: ProbeWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ProbeWorkload", name, {}, opts);

    new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      measuringDeployment(args, {
        name: "probe",
        labels: probeLabels(args.sidecar),
        annotations: { [CREDENTIALS_ANNOTATION]: args.credentialsVersion },
        containers: [probe(args.image)],
        volumes: [
          { name: "state", emptyDir: { sizeLimit: "16Mi" } },
          // The probe does without credentials where there are none.
          { name: "credentials", secret: { secretName: CREDENTIALS_SECRET, optional: true } },
        ],
      }),
      { parent: this, customTimeouts: DEPLOYMENT_TIMEOUTS },
    );

    this.registerOutputs({});
  }
}

function probe(image: pulumi.Input<string>): k8s.types.input.core.v1.Container {
  return {
    name: PROBE_CONTAINER,
    image,
    securityContext: RESTRICTED,
    resources: {
      requests: { cpu: "10m", memory: "64Mi" },
      limits: { cpu: "1", memory: "128Mi" },
    },
    // Ready means that the probe answers. After that it is not asked again: a readiness or liveness probe would start
    // Node.js over and over beside a running measurement.
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
  };
}
