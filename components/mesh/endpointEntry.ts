import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parseEndpoint } from "../../model/endpoint.ts";
import { endpointHost } from "../../model/istio/endpointHost.ts";
import { serviceEntrySpec } from "../../model/istio/serviceEntry.ts";
import { OBJECT_TIMEOUTS } from "../common/objectTimeouts.ts";

export interface EndpointEntryArgs {
  /** The stack's own namespace, the only one whose sidecars get the entry. */
  namespace: pulumi.Input<string>;
  /** `host:port` outside the mesh. */
  endpoint: pulumi.Input<string>;
}

/**
 * Makes an endpoint outside the mesh a host that sidecars know, so that connections to it have a listener and a cluster
 * of their own.
 */
export class EndpointEntry extends pulumi.ComponentResource {
  /** Host by which rules name the endpoint. */
  readonly host: pulumi.Output<string>;

  constructor(name: string, args: EndpointEntryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("istio-idle-timeout:index:EndpointEntry", name, {}, opts);

    const known = pulumi.all([args.endpoint, args.namespace]).apply(([text, namespace]) => {
      const endpoint = parseEndpoint(text);
      return { endpoint, host: endpointHost(endpoint, namespace) };
    });
    new k8s.apiextensions.CustomResource(
      `${name}-entry`,
      {
        apiVersion: "networking.istio.io/v1beta1",
        kind: "ServiceEntry",
        metadata: { name: "endpoint", namespace: args.namespace },
        spec: known.apply(({ endpoint, host }) => serviceEntrySpec(endpoint, host)),
      },
      { parent: this, customTimeouts: OBJECT_TIMEOUTS },
    );

    this.host = known.apply(({ host }) => host);
    this.registerOutputs({ host: this.host });
  }
}
