/** Reads from Envoy's own configuration dump what a cluster does to its connections. */
import { nameRegex } from "./admin.ts";

/** Answer to {@link clusterPath}, in the parts that are read here. */
export interface ClustersDump {
  configs?: {
    cluster?: {
      name?: string;
      upstream_connection_options?: { tcp_keepalive?: TcpKeepalive };
      metadata?: { filter_metadata?: { istio?: { config?: string } } };
    };
  }[];
}

/** In seconds; what is missing is left to the kernel of the pod's node. */
export interface TcpKeepalive {
  keepalive_time?: number;
  keepalive_interval?: number;
  keepalive_probes?: number;
}

/** Path of the admin interface that dumps one cluster. */
export function clusterPath(name: string): string {
  return `config_dump?resource=dynamic_active_clusters&name_regex=${encodeURIComponent(nameRegex(name))}`;
}

/** Whether a cluster's connections are probed by the kernel while nothing is sent. */
export function sendsKeepalive({ configs = [] }: ClustersDump, name: string): boolean {
  return configs.some(
    ({ cluster }) =>
      cluster?.name === name && cluster.upstream_connection_options?.tcp_keepalive !== undefined,
  );
}
