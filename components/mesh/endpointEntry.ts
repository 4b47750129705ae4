import { isIP } from "node:net";
import type { IServiceEntry } from "@kubernetes-models/istio/networking.istio.io/v1beta1/ServiceEntry" with {
  "resolution-mode": "import",
};
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parseEndpoint } from "../../model/endpoint.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import { endpointHost } from "../../model/istio/endpointHost.ts";
import { OBJECT_TIMEOUTS } from "../common/objectTimeouts.ts";

export type ServiceEntrySpec = NonNullable<IServiceEntry["spec"]>;

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

    const known = pulumi
      .all([args.endpoint, args.namespace])
      .apply(([text, namespace]) => ({ endpoint: parseEndpoint(text), namespace }));
    new k8s.apiextensions.CustomResource(
      `${name}-entry`,
      {
        apiVersion: "networking.istio.io/v1beta1",
        kind: "ServiceEntry",
        metadata: { name: "endpoint", namespace: args.namespace },
        spec: known.apply(({ endpoint, namespace }) => serviceEntrySpec(endpoint, namespace)),
      },
      { parent: this, customTimeouts: OBJECT_TIMEOUTS },
    );

    this.host = known.apply(({ endpoint, namespace }) => endpointHost(endpoint, namespace));
    this.registerOutputs({ host: this.host });
  }
}

/**
 * Returns a ServiceEntry for an endpoint. With `addresses` its listener is for the endpoint alone. The addresses of a
 * DNS name are not known beforehand, so Istio makes a listener for its port on every address. That listener catches
 * other destinations on the port too; resolution NONE still sends them where they wanted to go, and no other namespace
 * sees the entry.
 */
export function serviceEntrySpec(endpoint: Endpoint, namespace: string): ServiceEntrySpec {
  return {
    hosts: [endpointHost(endpoint, namespace)],
    ...(isIP(endpoint.host) !== 0 && { addresses: [endpoint.host] }),
    ports: [{ number: endpoint.port, name: "tcp", protocol: "TCP" }],
    location: "MESH_EXTERNAL",
    // Connections go where the application wanted to, as without the entry.
    resolution: "NONE",
    exportTo: ["."],
  };
}
