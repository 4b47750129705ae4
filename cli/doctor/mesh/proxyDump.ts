import { isIP } from "node:net";
import { KubectlError } from "../../cluster/kubectl.ts";
import type { Reader } from "../../cluster/reader.ts";
import { PROXY_CONTAINER } from "../../../model/istio/wellKnown.ts";
import { adminCommand } from "../../sidecar/admin.ts";
import { clusterPath, endpointsPath } from "../../sidecar/clusterConfig.ts";
import type { ClustersDump, EndpointsDump } from "../../sidecar/clusterConfig.ts";
import type { ListenersDump } from "../../sidecar/envoyListener.ts";
import { listenersPath } from "../../sidecar/proxyConfig.ts";
import type { ServerInfo } from "../../sidecar/serverInfo.ts";
import type { ProxyDump } from "./mesh.ts";
import type { DoctorPod } from "./pod.ts";

/** What one proxy is asked. */

export async function askInfo(reader: Reader, pod: DoctorPod): Promise<ServerInfo> {
  return (await ask(reader, pod, "server_info")) as ServerInfo;
}

/** Asks for the listeners that can carry connections to any of the ports. */
export async function askListeners(
  reader: Reader,
  pod: DoctorPod,
  ports: readonly number[],
): Promise<ListenersDump> {
  return (await ask(reader, pod, listenersPath(...ports))) as ListenersDump;
}

/** Asks for the clusters of these names, and where they lead. */
export async function askClusters(
  reader: Reader,
  pod: DoctorPod,
  names: readonly string[],
): Promise<Pick<ProxyDump, "clusters" | "endpoints">> {
  if (names.length === 0) {
    return { clusters: {}, endpoints: {} };
  }
  const [clusters, endpoints] = await Promise.all([
    ask(reader, pod, clusterPath(...names)),
    ask(reader, pod, endpointsPath(...names)),
  ]);
  return { clusters: clusters as ClustersDump, endpoints: endpoints as EndpointsDump };
}

/**
 * Resolves a host in the sidecar's container, so that nothing is needed in the application's image.
 *
 * @returns no address where it can't be resolved there, or is an address.
 */
export async function resolveHost(
  reader: Reader,
  { metadata: { name, namespace } }: DoctorPod,
  host: string,
): Promise<string[]> {
  if (isIP(host) !== 0) {
    return [];
  }
  try {
    const where = ["--namespace", namespace, "--container", PROXY_CONTAINER];
    const answer = await reader.text(["exec", name, ...where, "--", "getent", "ahosts", host]);
    const addresses = answer.split("\n").map((line) => line.split(/\s/)[0] ?? "");
    return [...new Set(addresses.filter((address) => isIP(address) !== 0))];
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    return [];
  }
}

function ask(reader: Reader, { metadata }: DoctorPod, path: string): Promise<unknown> {
  return reader.json(adminCommand(metadata.name, path, metadata.namespace));
}
