import type { Reader } from "../../cluster/reader.ts";
import { hasSidecar } from "../../cluster/podFacts.ts";
import type { Asked } from "../judge.ts";
import { relevantClusters } from "../traffic/relevantClusters.ts";
import type { Mesh, ProxyDump } from "./mesh.ts";
import { readMeshConfig } from "./meshConfig.ts";
import { trimPod } from "./pod.ts";
import type { DoctorPod } from "./pod.ts";
import { askClusters, askInfo, askListeners, resolveHost } from "./proxyDump.ts";
import { readServers } from "./servers.ts";
import { readSidecar, trimInfo } from "./sidecar.ts";
import { readSurroundings } from "./surroundings.ts";

/** All that was looked at to answer one question. */
export interface Look {
  asked: Asked;
  mesh: Mesh;
}

/**
 * Looks at everything that can answer several questions about a pod's connections, and changes nothing.
 *
 * @returns a look for each question, in their order.
 * @throws KubectlError when its sidecar can't be looked at.
 */
export async function gather(
  reader: Reader,
  found: DoctorPod,
  questions: readonly Asked[],
): Promise<Look[]> {
  const pod = trimPod(found);
  if (!hasSidecar(pod)) {
    return questions.map((asked) => ({ asked, mesh: { ...nothing(), pod, unseen: [] } }));
  }
  const ports = [...new Set(questions.map(({ endpoint }) => endpoint.port))];
  const told = askInfo(reader, pod);
  const [info, listeners, { unseen, ...surroundings }, resolved] = await Promise.all([
    told,
    askListeners(reader, pod, ports),
    readSurroundings(reader, pod, told),
    Promise.all(questions.map(({ endpoint }) => resolveHost(reader, pod, endpoint.host))),
  ]);
  const sidecar = readSidecar(info);
  const known = questions.map((asked, place) => {
    const own = { pod, ...surroundings, resolved: resolved[place] ?? [] };
    const names = relevantClusters(own, sidecar, listeners, asked);
    return { asked, own, names };
  });
  const names = [...new Set(known.flatMap((each) => each.names))].sort();
  const dumps = await askClusters(reader, pod, names);
  return Promise.all(
    known.map(async ({ asked, own, names: wanted }) => {
      const proxy = { info: trimInfo(info), listeners, ...only(dumps, wanted) };
      const alsoUnseen = [...unseen];
      const servers = await readServers(reader, proxy.endpoints, alsoUnseen);
      return { asked, mesh: { ...own, proxy, servers, unseen: alsoUnseen } };
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
