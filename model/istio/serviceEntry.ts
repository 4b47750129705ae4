import { isIP } from "node:net";
import type { IServiceEntry } from "@kubernetes-models/istio/networking.istio.io/v1beta1/ServiceEntry" with {
  "resolution-mode": "import",
};
import type { Endpoint } from "../endpoint.ts";

export type ServiceEntrySpec = NonNullable<IServiceEntry["spec"]>;

/**
 * Returns a ServiceEntry that makes an endpoint known under a host's name. With `addresses` its listener is for the
 * endpoint alone. The addresses of a DNS name are not known beforehand, so Istio makes a listener for its port on every
 * address. That listener catches other destinations on the port too; resolution NONE still sends them where they wanted
 * to go, and no other namespace sees the entry.
 */
export function serviceEntrySpec(endpoint: Endpoint, host: string): ServiceEntrySpec {
  return {
    hosts: [host],
    ...(isIP(endpoint.host) !== 0 && { addresses: [endpoint.host] }),
    ports: [{ number: endpoint.port, name: "tcp", protocol: "TCP" }],
    location: "MESH_EXTERNAL",
    // Connections go where the application wanted to, as without the entry.
    resolution: "NONE",
    exportTo: ["."],
  };
}
