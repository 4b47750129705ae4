import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter" with {
  "resolution-mode": "import",
};

export type EnvoyFilterSpec = NonNullable<IEnvoyFilter["spec"]>;

/** Fields of Envoy's `TcpProxy` that a filter sets, in protobuf's JSON form. */
export interface TcpProxyFields {
  /** Duration such as `13.700s`; `0s` is "never", null merges nothing. */
  idle_timeout?: string | null;
  /** Longest life of a connection, idle or not. */
  max_downstream_connection_duration?: string;
  /** Entries that are written while a connection lasts, beside the one of its end. */
  access_log_options?: {
    flush_access_log_on_connected: boolean;
    access_log_flush_interval: string;
  };
  access_log?: readonly { name: string; typed_config: Readonly<Record<string, unknown>> }[];
}

const TCP_PROXY = "envoy.filters.network.tcp_proxy";
const TCP_PROXY_TYPE = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

/**
 * Returns an EnvoyFilter that merges fields into the tcp_proxy of every outbound filter chain of the selected pods. A merge
 * appends to lists and replaces other fields.
 *
 * Without a port it also reaches the chain for hosts that the mesh does not know (PassthroughCluster). That chain has no
 * port, so a filter with one never reaches it.
 *
 * @param podLabels labels of the pods in the filter's own namespace.
 * @param portNumber port of the listeners to match; undefined matches all.
 */
export function mergeIntoOutboundTcpProxy(
  podLabels: Readonly<Record<string, string>>,
  fields: TcpProxyFields,
  portNumber?: number,
): EnvoyFilterSpec {
  const listener = portNumber === undefined ? {} : { portNumber };
  return mergeIntoTcpProxy(podLabels, fields, { context: "SIDECAR_OUTBOUND", listener });
}

/** Filter chains whose tcp_proxy a filter changes. */
export interface TcpProxyMatch {
  context: "SIDECAR_OUTBOUND" | "SIDECAR_INBOUND" | "GATEWAY";
  listener: { name?: string; portNumber?: number };
  filterChain?: { name?: string; sni?: string; destinationPort?: number };
  /** Name of the filter in the chain. @default envoy.filters.network.tcp_proxy */
  filter?: string;
}

/** Returns an EnvoyFilter that merges fields into the tcp_proxy of some filter chains of the selected pods. */
export function mergeIntoTcpProxy(
  podLabels: Readonly<Record<string, string>>,
  fields: TcpProxyFields,
  { context, listener, filterChain = {}, filter = TCP_PROXY }: TcpProxyMatch,
): EnvoyFilterSpec {
  return {
    workloadSelector: { labels: { ...podLabels } },
    configPatches: [
      {
        applyTo: "NETWORK_FILTER",
        match: {
          context,
          listener: { ...listener, filterChain: { ...filterChain, filter: { name: filter } } },
        },
        patch: {
          operation: "MERGE",
          value: { name: filter, typed_config: { "@type": TCP_PROXY_TYPE, ...fields } },
        },
      },
    ],
  };
}
