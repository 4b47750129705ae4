import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { idleTimeoutSpec } from "../../model/istio/idleTimeoutFilter.ts";
import { OBJECT_TIMEOUTS } from "../common/objectTimeouts.ts";
import { isLeftAlone } from "../../model/timeout.ts";
import type { Timeout } from "../../model/timeout.ts";

export interface IdleTimeoutPolicyArgs {
  /** The stack's own namespace, never Istio's root namespace, where the policy would apply to the whole mesh. */
  namespace: pulumi.Input<string>;
  /** Labels of the pods whose sidecars apply the policy. */
  podLabels: Readonly<Record<string, string>>;
  /** Idle timeout to set. */
  timeout: Timeout;
  /**
   * Port whose listeners the policy matches.
   * @default every listener, and the one for hosts that the mesh does not know
   */
  port?: pulumi.Input<number> | undefined;
}

/**
 * Sets the idle timeout of the outbound TCP connections that the selected pods' sidecars carry. With
 * `default` and `asIs` it creates nothing.
 */
export class IdleTimeoutPolicy extends pulumi.ComponentResource {
  /** The EnvoyFilter as `kind/name`; undefined where there is none. */
  readonly reference: pulumi.Output<string> | undefined;

  constructor(name: string, args: IdleTimeoutPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:IdleTimeoutPolicy", name, {}, opts);

    if (!isLeftAlone(args.timeout)) {
      const { podLabels, timeout } = args;
      const filter = new k8s.apiextensions.CustomResource(
        `${name}-filter`,
        {
          apiVersion: "networking.istio.io/v1alpha3",
          kind: "EnvoyFilter",
          metadata: { name: "idle-timeout", namespace: args.namespace },
          spec: pulumi.output(args.port).apply((port) => idleTimeoutSpec(timeout, podLabels, port)),
        },
        { parent: this, customTimeouts: OBJECT_TIMEOUTS },
      );
      this.reference = pulumi.interpolate`EnvoyFilter/${filter.metadata.name}`;
    }

    this.registerOutputs({ reference: this.reference });
  }
}
