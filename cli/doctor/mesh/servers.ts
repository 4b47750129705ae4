import type { Reader } from "../../cluster/reader.ts";
import { adminCommand } from "../../sidecar/admin.ts";
import type { EndpointsDump } from "../../sidecar/clusterConfig.ts";
import type { ListenersDump } from "../../sidecar/envoyListener.ts";
import { inboundListenersPath } from "../../sidecar/proxyConfig.ts";
import type { ServerInfo } from "../../sidecar/serverInfo.ts";
import type { Server } from "./mesh.ts";
import { reasonOf } from "./objects.ts";
import type { Unseen } from "./objects.ts";
import { hasSidecar } from "../../cluster/podFacts.ts";
import { trimPod } from "./pod.ts";
import { trimInfo } from "./sidecar.ts";
import type { DoctorPod } from "./pod.ts";

/** How many workloads are asked at most. */
const MOST = 4;

/** Where a cluster leads to in a pod of the mesh. */
export interface Place {
  address: string;
  port: number;
  namespace: string;
}

/** Looks at the pods that clusters lead to, one of each workload: its pods have the same template. */
export async function readServers(
  reader: Reader,
  endpoints: EndpointsDump,
  unseen: Unseen[],
): Promise<Server[]> {
  const places = placesOf(endpoints);
  if (places.length > MOST) {
    unseen.push({ text: `${places.length - MOST} of the ${places.length} workloads behind` });
  }
  const found = await Promise.all(
    places.slice(0, MOST).map((place) => readServer(reader, place, unseen)),
  );
  return found.flatMap((server) => server ?? []);
}

/** One place of each workload. Istio writes the workload beside every endpoint that is a pod of the mesh's clusters. */
export function placesOf(
  { configs = [] }: EndpointsDump,
  isWanted: (cluster: string) => boolean = () => true,
): Place[] {
  const byWorkload = new Map<string, Place>();
  const all = configs.flatMap(({ endpoint_config: { cluster_name = "", endpoints = [] } = {} }) =>
    isWanted(cluster_name) ? endpoints : [],
  );
  for (const { endpoint, metadata } of all.flatMap(({ lb_endpoints = [] }) => lb_endpoints)) {
    const { address, port_value: port } = endpoint?.address?.socket_address ?? {};
    const workload = metadata?.filter_metadata?.istio?.workload ?? "";
    const [name = "", namespace = ""] = workload.split(";");
    if (address !== undefined && port !== undefined && name !== "" && namespace !== "") {
      const key = `${workload}:${port}`;
      byWorkload.set(key, byWorkload.get(key) ?? { address, port, namespace });
    }
  }
  return [...byWorkload.values()];
}

async function readServer(
  reader: Reader,
  { address, port, namespace }: Place,
  unseen: Unseen[],
): Promise<Server | undefined> {
  const where = ["--namespace", namespace, "--field-selector", `status.podIP=${address}`];
  let name = `with the address ${address}`;
  try {
    const answer = await reader.json(["get", "pods", ...where, "--output", "json"]);
    const [pod] = (answer as { items: DoctorPod[] }).items;
    if (pod === undefined) {
      return undefined;
    }
    ({ name } = pod.metadata);
    const server = { address, port, pod: trimPod(pod) };
    if (!hasSidecar(pod)) {
      return server;
    }
    const ask = (path: string): Promise<unknown> =>
      reader.json(adminCommand(name, path, namespace));
    const [info, listeners] = await Promise.all([
      ask("server_info").then((found) => found as ServerInfo),
      ask(inboundListenersPath(port)).then((found) => found as ListenersDump),
    ]);
    return { ...server, proxy: { info: trimInfo(info), listeners } };
  } catch (error) {
    const reason = reasonOf(error, "look at it");
    const text = `pod ${namespace}/${name}, to which the connections lead (${reason})`;
    unseen.push({ address, text });
    return undefined;
  }
}
