import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AllCredentials } from "../../app/probe/credentials.ts";
import { OBJECT_TIMEOUTS } from "../common/objectTimeouts.ts";

export interface ProbeCredentialsArgs {
  /** Namespace of the probes. */
  namespace: pulumi.Input<string>;
  /** Credentials by kind of middleware. */
  credentials: pulumi.Input<AllCredentials>;
}

/** Name of the Secret that the probes' pods mount. */
export const CREDENTIALS_SECRET = "probe-credentials";

/** The only key in the Secret. */
const CREDENTIALS_FILE = "credentials.json";

/** Hands the probes their credentials as a file in their pods, and so in no command line, log or record. */
export class ProbeCredentials extends pulumi.ComponentResource {
  /** Version that changes with the credentials and reveals nothing about them. */
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: ProbeCredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ProbeCredentials", name, {}, opts);

    const secret = new k8s.core.v1.Secret(
      `${name}-secret`,
      {
        metadata: { name: CREDENTIALS_SECRET, namespace: args.namespace },
        stringData: {
          [CREDENTIALS_FILE]: pulumi.secret(
            pulumi.output(args.credentials).apply((credentials) => JSON.stringify(credentials)),
          ),
        },
      },
      { parent: this, customTimeouts: OBJECT_TIMEOUTS },
    );
    this.version = secret.metadata.resourceVersion;
    this.registerOutputs({ version: this.version });
  }
}
