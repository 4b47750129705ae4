import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { OBJECT_TIMEOUTS } from "../common/objectTimeouts.ts";
import { connectionPoolSpec } from "../../model/istio/destinationRule.ts";
import type { TcpConnectionPool } from "../../model/istio/destinationRule.ts";

export interface ConnectionPoolRuleArgs {
  /** The stack's own namespace, the only one in which the rule holds. */
  namespace: pulumi.Input<string>;
  /** Labels of the pods whose sidecars apply the rule. */
  podLabels: Readonly<Record<string, string>>;
  /** Host that the mesh knows, to which the connections go. */
  host: pulumi.Input<string>;
  /** Settings of the TCP connections to the host. */
  tcp: TcpConnectionPool;
}

/** Sets the connection pool of the selected pods' TCP connections to one host. */
export class ConnectionPoolRule extends pulumi.ComponentResource {
  /** The DestinationRule, as `kind/name`. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ConnectionPoolRuleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:ConnectionPoolRule", name, {}, opts);

    const rule = new k8s.apiextensions.CustomResource(
      `${name}-rule`,
      {
        apiVersion: "networking.istio.io/v1beta1",
        kind: "DestinationRule",
        metadata: { name: "connection-pool", namespace: args.namespace },
        spec: pulumi
          .output(args.host)
          .apply((host) => connectionPoolSpec(host, args.podLabels, args.tcp)),
      },
      { parent: this, customTimeouts: OBJECT_TIMEOUTS },
    );

    this.reference = pulumi.interpolate`DestinationRule/${rule.metadata.name}`;
    this.registerOutputs({ reference: this.reference });
  }
}
