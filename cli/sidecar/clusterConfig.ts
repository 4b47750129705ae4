/** Reads from Envoy's own configuration dump what a cluster does to its connections. */
import { nameRegex } from "./admin.ts";
import type { Address } from "./envoyListener.ts";

/** Answer to {@link clusterPath}, in the parts that are read here. */
export interface ClustersDump {
  configs?: {
    cluster?: {
      name?: string;
      /** `EDS`, `STATIC`, `STRICT_DNS`, `ORIGINAL_DST`; absent is `STATIC`. */
      type?: string;
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

/** Path of the admin interface that dumps the clusters of these names. */
export function clusterPath(...names: readonly string[]): string {
  return `config_dump?resource=dynamic_active_clusters&name_regex=${anyOf(names)}`;
}

/** Answer to {@link endpointsPath}, in the parts that are read here. */
export interface EndpointsDump {
  configs?: { endpoint_config?: { cluster_name?: string; endpoints?: Locality[] } }[];
}

interface Locality {
  lb_endpoints?: {
    endpoint?: { address?: Address };
    /** Istio's `workload` is `name;namespace;canonical name;revision;cluster`. */
    metadata?: { filter_metadata?: { istio?: { workload?: string } } };
  }[];
}

/** Path of the admin interface that dumps where the clusters of these names lead, as istiod told it. */
export function endpointsPath(...names: readonly string[]): string {
  return `config_dump?include_eds&resource=dynamic_endpoint_configs&name_regex=${anyOf(names)}`;
}

function anyOf(names: readonly string[]): string {
  return encodeURIComponent(names.map(nameRegex).join("|"));
}

/** Whether a cluster's connections are probed by the kernel while nothing is sent. */
export function sendsKeepalive({ configs = [] }: ClustersDump, name: string): boolean {
  return configs.some(
    ({ cluster }) =>
      cluster?.name === name && cluster.upstream_connection_options?.tcp_keepalive !== undefined,
  );
}
