import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { evidenceSpec } from "../../model/istio/evidence.ts";
import { OBJECT_TIMEOUTS } from "../common/objectTimeouts.ts";

export interface EvidenceFilterArgs {
  /** The stack's own namespace. */
  namespace: pulumi.Input<string>;
  /** Labels of the pods whose sidecars write the entries. */
  podLabels: Readonly<Record<string, string>>;
}

/**
 * Makes sidecars write an access-log entry of our own for every outbound TCP connection, beside their usual ones. It is
 * an object apart from the policy, so that the policy stays what a user would apply.
 */
export class EvidenceFilter extends pulumi.ComponentResource {
  constructor(name: string, args: EvidenceFilterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:EvidenceFilter", name, {}, opts);

    new k8s.apiextensions.CustomResource(
      `${name}-filter`,
      {
        apiVersion: "networking.istio.io/v1alpha3",
        kind: "EnvoyFilter",
        metadata: { name: "evidence", namespace: args.namespace },
        spec: evidenceSpec(args.podLabels),
      },
      { parent: this, customTimeouts: OBJECT_TIMEOUTS },
    );

    this.registerOutputs({});
  }
}
