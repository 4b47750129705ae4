import { isIP } from "node:net";
import type { Endpoint } from "../endpoint.ts";

/**
 * Names the host by which a stack's ServiceEntry makes an endpoint known in the mesh: its DNS name, or a name that carries
 * the stack where it has only an address.
 *
 * @param namespace the stack's own.
 */
export function endpointHost({ host }: Endpoint, namespace: string): string {
  return isIP(host) === 0
    ? host.toLowerCase().replace(/\.$/, "")
    : `endpoint.${namespace}.internal`;
}

/** Names the cluster that Istio makes of the host in a sidecar. */
export function endpointCluster(endpoint: Endpoint, namespace: string): string {
  return `outbound|${endpoint.port}||${endpointHost(endpoint, namespace)}`;
}
