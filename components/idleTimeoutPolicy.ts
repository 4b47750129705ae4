import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { protobufDuration } from "./duration.ts";
import { FILTER_TIMEOUTS, mergeIntoOutboundTcpProxy } from "./envoyFilter.ts";
import type { EnvoyFilterSpec } from "./envoyFilter.ts";
import { TIMEOUT_LABEL } from "./labels.ts";
import { formatTimeout } from "./timeout.ts";
import type { Timeout } from "./timeout.ts";

export interface IdleTimeoutPolicyArgs {
  /** The stack's own namespace, never Istio's root namespace, where it would hold for the whole mesh. */
  namespace: pulumi.Input<string>;
  /** Which pods it holds for, of those that were made for this timeout. */
  podLabels: Readonly<Record<string, string>>;
  /** What is done to their sidecars' idle timeout. */
  timeout: Timeout;
}

/**
 * Sets the idle timeout of the outbound TCP connections that the selected pods' sidecars carry. With
 * `default` it creates nothing.
 */
export class IdleTimeoutPolicy extends pulumi.ComponentResource {
  /** Name of the EnvoyFilter; undefined where there is none. */
  readonly filterName: pulumi.Output<string> | undefined;

  constructor(name: string, args: IdleTimeoutPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:IdleTimeoutPolicy", name, {}, opts);

    const spec = idleTimeoutSpec(args.timeout, args.podLabels);
    if (spec !== undefined) {
      const filter = new k8s.apiextensions.CustomResource(
        `${name}-filter`,
        {
          apiVersion: "networking.istio.io/v1alpha3",
          kind: "EnvoyFilter",
          metadata: { name: "idle-timeout", namespace: args.namespace },
          spec,
        },
        { parent: this, customTimeouts: FILTER_TIMEOUTS },
      );
      this.filterName = filter.metadata.name;
    }

    this.registerOutputs({ filterName: this.filterName });
  }
}

/** The EnvoyFilter of each variant; undefined for the one that needs none. */
export function idleTimeoutSpec(
  timeout: Timeout,
  podLabels: Readonly<Record<string, string>>,
): EnvoyFilterSpec | undefined {
  const labels = { ...podLabels, [TIMEOUT_LABEL]: formatTimeout(timeout) };
  switch (timeout.variant) {
    case "default":
      return undefined;
    case "remove":
      return mergeIntoOutboundTcpProxy(labels, { idle_timeout: null });
    case "off":
      return mergeIntoOutboundTcpProxy(labels, { idle_timeout: protobufDuration(0) });
    case "duration":
      return mergeIntoOutboundTcpProxy(labels, { idle_timeout: protobufDuration(timeout.ms) });
  }
}
