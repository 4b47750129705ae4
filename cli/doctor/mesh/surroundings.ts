import { KubectlError } from "../../cluster/kubectl.ts";
import type { Reader } from "../../cluster/reader.ts";
import type { ServerInfo } from "../../sidecar/serverInfo.ts";
import type { Mesh } from "./mesh.ts";
import { readMeshConfig } from "./meshConfig.ts";
import type { MeshConfig } from "./meshConfig.ts";
import { listObjects, reasonOf } from "./objects.ts";
import type { Unseen } from "./objects.ts";
import type { DoctorPod } from "./pod.ts";
import { readSidecar } from "./sidecar.ts";
import { readWorkload } from "./workload.ts";

/** What is read of the cluster's objects for a pod; one reader reads it once for all pods. */
export type Surroundings = Pick<Mesh, "meshConfig" | "objects" | "unseen" | "workload">;

/** @param info of the pod's proxy; the objects are read in the meantime. */
export async function readSurroundings(
  reader: Reader,
  pod: DoctorPod,
  info: Promise<ServerInfo>,
): Promise<Surroundings> {
  const unseen: Unseen[] = [];
  const config = info.then((answer) => readConfig(reader, answer, unseen));
  const roots = async (): Promise<string[]> => [
    pod.metadata.namespace,
    (await config).rootNamespace,
  ];
  const [meshConfig, objects, workload] = await Promise.all([
    config,
    listObjects(reader, roots, unseen),
    readWorkload(reader, pod),
  ]);
  return { meshConfig, objects, unseen, ...(workload && { workload }) };
}

/** Istio names its ConfigMap after the control plane's revision, as it does istiod's Service. */
async function readConfig(reader: Reader, info: ServerInfo, unseen: Unseen[]): Promise<MeshConfig> {
  const { discoveryHost, istiodNamespace } = readSidecar(info);
  if (istiodNamespace === undefined) {
    const text = `what istiod at ${discoveryHost || "an unknown address"} looks at, which is not in this cluster`;
    unseen.push({ text });
    return readMeshConfig(undefined, undefined);
  }
  const name = discoveryHost.split(".")[0]?.replace(/^istiod/, "istio") ?? "istio";
  try {
    const where = ["--namespace", istiodNamespace, "--output", "json"];
    const answer = await reader.json(["get", "configmap", name, ...where]);
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
