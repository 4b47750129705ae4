import { isIP } from "node:net";
import { formatEndpoint } from "../../../model/endpoint.ts";
import type { Endpoint } from "../../../model/endpoint.ts";
import type { DynamicListener } from "../../sidecar/envoyListener.ts";
import { KubectlError } from "../../cluster/kubectl.ts";
import type { Kubectl } from "../../cluster/kubectl.ts";
import { WILDCARDS } from "../../sidecar/listenerMatch.ts";
import { PROXY_CONTAINER } from "../../../model/istio/wellKnown.ts";
import { tcpProxyOf } from "../../sidecar/proxyConfig.ts";
import { DoctorError } from "../doctorError.ts";

/** The host that a cluster is for, as in `outbound|6379||redis.example.com`; undefined for others. */
export function hostOf(cluster: string): string | undefined {
  const [direction, , , host] = cluster.split("|");
  return direction === "outbound" ? host : undefined;
}

/**
 * The address that listeners of the port have for a host the mesh knows. With Istio's DNS proxy that is what
 * the application resolves the name to.
 *
 * @param namespace of the pod, in which a short name is looked up first.
 */
export function meshAddress(
  configs: readonly DynamicListener[],
  { host, port }: Endpoint,
  namespace: string,
): string | undefined {
  const plain = host.toLowerCase().replace(/\.$/, "");
  for (const name of [
    plain,
    `${plain}.${namespace}.svc.cluster.local`,
    `${plain}.svc.cluster.local`,
    `${plain}.cluster.local`,
  ]) {
    for (const { active_state } of configs) {
      const { address, filter_chains = [] } = active_state?.listener ?? {};
      const socket = address?.socket_address;
      const carries = filter_chains.some(
        (chain) => hostOf(tcpProxyOf(chain)?.cluster ?? "") === name,
      );
      if (carries && socket?.port_value === port && !WILDCARDS.includes(socket.address)) {
        return socket.address;
      }
    }
  }
  return undefined;
}

/**
 * The addresses of the endpoint as the pod sees it, the first of which it connects to. Asks the sidecar's
 * container, so that nothing is needed in the application's image.
 *
 * @throws DoctorError
 */
export async function resolveAddresses(
  kubectl: Kubectl,
  pod: string,
  endpoint: Endpoint,
): Promise<[string, ...string[]]> {
  const { host, port } = endpoint;
  if (isIP(host) !== 0) {
    return [host];
  }
  let answer;
  try {
    const command = ["getent", "ahosts", host];
    answer = await kubectl(["exec", pod, "--container", PROXY_CONTAINER, "--", ...command]);
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    answer = "";
  }
  const addresses = answer.split("\n").map((line) => line.split(/\s/)[0] ?? "");
  const [first, ...others] = new Set(addresses.filter((address) => isIP(address) !== 0));
  if (first === undefined) {
    throw new DoctorError(
      `${formatEndpoint(endpoint)}: the sidecar has no address for the host and its container can't resolve it; ` +
        `give the address that the application connects to: --endpoint ADDRESS:${port}`,
    );
  }
  return [first, ...others];
}
