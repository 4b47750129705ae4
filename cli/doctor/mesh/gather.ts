import type { Endpoint } from "../../../model/endpoint.ts";
import type { Reader } from "../../cluster/reader.ts";
import { hasSidecar } from "../../cluster/podFacts.ts";
import type { Client } from "../../sidecar/chainMatch.ts";
import { relevantClusters } from "../traffic/relevantClusters.ts";
import type { Mesh, ProxyDump } from "./mesh.ts";
import { readMeshConfig } from "./meshConfig.ts";
import { trimPod } from "./pod.ts";
import type { DoctorPod } from "./pod.ts";
import { askClusters, askInfo, askListeners, resolveHost } from "./proxyDump.ts";
import { readServers } from "./servers.ts";
import { readSidecar, trimInfo } from "./sidecar.ts";
import { readSurroundings } from "./surroundings.ts";

/** What a pod's connections lead to, and how the pod speaks. */
export interface Wanted {
  endpoints: readonly Endpoint[];
  client: Client;
}

/**
 * Looks at everything that can answer a question about a pod's connections, and changes nothing.
 *
 * @returns what was looked at for each endpoint, in their order.
 * @throws KubectlError when its sidecar can't be looked at.
 */
export async function gather(
  reader: Reader,
  found: DoctorPod,
  { endpoints, client }: Wanted,
): Promise<Mesh[]> {
  const pod = trimPod(found);
  if (!hasSidecar(pod)) {
    return endpoints.map(() => ({ ...nothing(), pod, unseen: [] }));
  }
  const ports = [...new Set(endpoints.map(({ port }) => port))];
  const asked = askInfo(reader, pod);
  const [info, listeners, { unseen, ...surroundings }, resolved] = await Promise.all([
    asked,
    askListeners(reader, pod, ports),
    readSurroundings(reader, pod, asked),
    Promise.all(endpoints.map(({ host }) => resolveHost(reader, pod, host))),
  ]);
  const sidecar = readSidecar(info);
  const known = endpoints.map((endpoint, place) => {
    const own = { pod, ...surroundings, resolved: resolved[place] ?? [] };
    return { own, names: relevantClusters(own, sidecar, listeners, { endpoint, client }) };
  });
  const names = [...new Set(known.flatMap((each) => each.names))].sort();
  const dumps = await askClusters(reader, pod, names);
  return Promise.all(
    known.map(async ({ own, names: wanted }) => {
      const proxy = { info: trimInfo(info), listeners, ...only(dumps, wanted) };
      const alsoUnseen = [...unseen];
      const servers = await readServers(reader, proxy.endpoints, alsoUnseen);
      return { ...own, proxy, servers, unseen: alsoUnseen };
    }),
  );
}

/** The parts of dumps that are about clusters of these names. */
function only(
  { clusters, endpoints }: Pick<ProxyDump, "clusters" | "endpoints">,
  names: readonly string[],
): Pick<ProxyDump, "clusters" | "endpoints"> {
  const isWanted = (name = ""): boolean => names.includes(name);
  return {
    clusters: { configs: clusters.configs?.filter((each) => isWanted(each.cluster?.name)) ?? [] },
    endpoints: {
      configs:
        endpoints.configs?.filter((each) => isWanted(each.endpoint_config?.cluster_name)) ?? [],
    },
  };
}

function nothing(): Pick<Mesh, "resolved" | "meshConfig" | "objects" | "servers"> {
  const objects = { EnvoyFilter: [], DestinationRule: [], ServiceEntry: [], Sidecar: [] };
  return {
    ...{ resolved: [], servers: [], meshConfig: readMeshConfig(undefined, undefined) },
    objects: { ...objects, ProxyConfig: [], Service: [], Namespace: [] },
  };
}
