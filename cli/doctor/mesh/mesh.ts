import type { ClustersDump, EndpointsDump } from "../../sidecar/clusterConfig.ts";
import type { ListenersDump } from "../../sidecar/envoyListener.ts";
import type { ServerInfo } from "../../sidecar/serverInfo.ts";
import type { WorkloadObject } from "./istioObjects.ts";
import type { MeshConfig } from "./meshConfig.ts";
import type { MeshObjects, Unseen } from "./objects.ts";
import type { DoctorPod } from "./pod.ts";

/** All that was looked at to answer one question: plain data, from which the answer is computed. */
export interface Mesh {
  pod: DoctorPod;
  /** The workload that owns the pod, where there is one and the user may read it. */
  workload?: WorkloadObject;
  /** The pod's sidecar; absent where it has none. */
  proxy?: ProxyDump;
  /** Addresses that the endpoint's name resolves to in the sidecar's container; empty for an address. */
  resolved: string[];
  meshConfig: MeshConfig;
  objects: MeshObjects;
  /** One pod of every workload that the connections lead to. */
  servers: Server[];
  /** Listeners that istiod itself would send the sidecar now; absent where it was not or could not be asked. */
  istiod?: ListenersDump;
  unseen: Unseen[];
}

/** The answers of one proxy. */
export interface ProxyDump {
  info: ServerInfo;
  listeners: ListenersDump;
  clusters: ClustersDump;
  endpoints: EndpointsDump;
}

/** A pod at the other end. */
export interface Server {
  /** As the client's sidecar knows it. */
  address: string;
  port: number;
  pod: DoctorPod;
  /** Its proxy's; absent where it has none. */
  proxy?: Pick<ProxyDump, "info" | "listeners">;
}
