import { isIP } from "node:net";
import type { Endpoint } from "../../../model/endpoint.ts";
import { askJson, KubectlError } from "../../cluster/kubectl.ts";
import type { Kubectl } from "../../cluster/kubectl.ts";
import { PROXY_CONTAINER } from "../../../model/istio/wellKnown.ts";
import { askAdmin } from "../../sidecar/admin.ts";
import type { Client } from "../../sidecar/chainMatch.ts";
import { clusterPath, endpointsPath } from "../../sidecar/clusterConfig.ts";
import type { ClustersDump, EndpointsDump } from "../../sidecar/clusterConfig.ts";
import type { ListenersDump } from "../../sidecar/envoyListener.ts";
import { listenersPath } from "../../sidecar/proxyConfig.ts";
import type { ServerInfo } from "../../sidecar/serverInfo.ts";
import type { Mesh } from "./mesh.ts";
import { readMeshConfig } from "./meshConfig.ts";
import type { MeshConfig } from "./meshConfig.ts";
import { listObjects, reasonOf } from "./objects.ts";
import type { Unseen } from "./objects.ts";
import { hasSidecar } from "../../cluster/podFacts.ts";
import { readPod, trimPod } from "./pod.ts";
import { readServers } from "./servers.ts";
import { readSidecar, trimInfo } from "./sidecar.ts";
import { readWorkload } from "./workload.ts";
import { relevantClusters } from "../traffic/relevantClusters.ts";

/** Which pod and endpoint are looked at, and how the pod speaks. */
export interface Subject {
  namespace: string;
  pod: string;
  endpoint: Endpoint;
  client: Client;
}

/**
 * Looks at everything that can answer a question about a pod's connections, and changes nothing.
 *
 * @param kubectl for the pod's namespace.
 * @throws DoctorError when the pod, KubectlError when its sidecar can't be looked at.
 */
export async function gather(kubectl: Kubectl, subject: Subject): Promise<Mesh> {
  const { namespace, endpoint } = subject;
  const unseen: Unseen[] = [];
  const pod = trimPod(await readPod(kubectl, namespace, subject.pod));
  if (!hasSidecar(pod)) {
    return { ...nothing(), pod, unseen };
  }
  const ask = (path: string): Promise<unknown> => askAdmin(kubectl, subject.pod, path);
  const asked = ask("server_info").then((answer) => answer as ServerInfo);
  const config = asked.then((info) => readConfig(kubectl, info, unseen));
  const roots = async (): Promise<string[]> => [namespace, (await config).rootNamespace];
  const [info, listeners, objects, resolved, meshConfig, workload] = await Promise.all([
    asked,
    ask(listenersPath(endpoint.port)).then((answer) => answer as ListenersDump),
    listObjects(kubectl, roots, unseen),
    resolve(kubectl, subject),
    config,
    readWorkload(kubectl, pod),
  ]);
  const sidecar = readSidecar(info);
  const names = relevantClusters({ pod, objects, resolved }, sidecar, listeners, subject);
  const [clusters, endpoints] =
    names.length === 0
      ? [{}, {}]
      : await Promise.all([
          ask(clusterPath(...names)).then((answer) => answer as ClustersDump),
          ask(endpointsPath(...names)).then((answer) => answer as EndpointsDump),
        ]);
  const servers = await readServers(kubectl, endpoints, unseen);
  const proxy = { info: trimInfo(info), listeners, clusters, endpoints };
  const owner = workload && { workload };
  return { pod, ...owner, proxy, resolved, meshConfig, objects, servers, unseen };
}

function nothing(): Pick<Mesh, "resolved" | "meshConfig" | "objects" | "servers"> {
  const objects = { EnvoyFilter: [], DestinationRule: [], ServiceEntry: [], Sidecar: [] };
  return {
    ...{ resolved: [], servers: [], meshConfig: readMeshConfig(undefined, undefined) },
    objects: { ...objects, ProxyConfig: [], Service: [], Namespace: [] },
  };
}

/** Istio names its ConfigMap after the control plane's revision, as it does istiod's Service. */
async function readConfig(
  kubectl: Kubectl,
  info: ServerInfo,
  unseen: Unseen[],
): Promise<MeshConfig> {
  const { discoveryHost, istiodNamespace } = readSidecar(info);
  if (istiodNamespace === undefined) {
    const text = `what istiod at ${discoveryHost || "an unknown address"} looks at, which is not in this cluster`;
    unseen.push({ text });
    return readMeshConfig(undefined, undefined);
  }
  const name = discoveryHost.split(".")[0]?.replace(/^istiod/, "istio") ?? "istio";
  try {
    const where = ["--namespace", istiodNamespace, "--output", "json"];
    const answer = await askJson(kubectl, ["get", "configmap", name, ...where]);
    const { data } = answer as { data?: { mesh?: string } };
    return readMeshConfig(data?.mesh, istiodNamespace);
  } catch (error) {
    // The role names the ConfigMap of the control plane without a revision; Kubernetes takes no patterns there.
    const advice =
      error instanceof KubectlError && error.forbidden && name !== "istio"
        ? "; add its name to resourceNames of the role istio-idle-timeout-doctor, as docs/rbac.yaml says"
        : "";
    const why = `${reasonOf(error, "look at it")}${advice}`;
    const text = `the mesh's settings, ConfigMap ${istiodNamespace}/${name} (${why})`;
    unseen.push({ text });
    return readMeshConfig(undefined, istiodNamespace);
  }
}

/** Asks the sidecar's container, so that nothing is needed in the application's image. */
async function resolve(kubectl: Kubectl, { pod, endpoint }: Subject): Promise<string[]> {
  if (isIP(endpoint.host) !== 0) {
    return [];
  }
  try {
    const command = ["getent", "ahosts", endpoint.host];
    const answer = await kubectl(["exec", pod, "--container", PROXY_CONTAINER, "--", ...command]);
    const addresses = answer.split("\n").map((line) => line.split(/\s/)[0] ?? "");
    return [...new Set(addresses.filter((address) => isIP(address) !== 0))];
  } catch (error) {
    if (!(error instanceof KubectlError)) {
      throw error;
    }
    return [];
  }
}
