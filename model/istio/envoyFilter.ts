import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter" with {
  "resolution-mode": "import",
};

export type EnvoyFilterSpec = NonNullable<IEnvoyFilter["spec"]>;

/** The fields of Envoy's `TcpProxy` that are set here, in protobuf's JSON form. */
export interface TcpProxyFields {
  /** A duration such as `13.700s`; `0s` is "never", null merges nothing. */
  idle_timeout?: string | null;
  /** Of a connection's whole life, idle or not. */
  max_downstream_connection_duration?: string;
  access_log?: readonly { name: string; typed_config: Readonly<Record<string, unknown>> }[];
}

const TCP_PROXY = "envoy.filters.network.tcp_proxy";
const TCP_PROXY_TYPE = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

/**
 * Merges fields into the tcp_proxy of every outbound filter chain of the selected pods; lists grow by a
 * merge, other fields are replaced.
 *
 * Without a port it reaches the chain that carries connections to hosts the mesh does not know
 * (PassthroughCluster) too, which has no port of its own, so that a filter with one never does.
 *
 * @param podLabels labels of the pods in the filter's own namespace.
 * @param portNumber only of listeners for this port; undefined is all of them.
 */
export function mergeIntoOutboundTcpProxy(
  podLabels: Readonly<Record<string, string>>,
  fields: TcpProxyFields,
  portNumber?: number,
): EnvoyFilterSpec {
  return {
    workloadSelector: { labels: { ...podLabels } },
    configPatches: [
      {
        applyTo: "NETWORK_FILTER",
        match: {
          context: "SIDECAR_OUTBOUND",
          listener: {
            ...(portNumber !== undefined && { portNumber }),
            filterChain: { filter: { name: TCP_PROXY } },
          },
        },
        patch: {
          operation: "MERGE",
          value: { name: TCP_PROXY, typed_config: { "@type": TCP_PROXY_TYPE, ...fields } },
        },
      },
    ],
  };
}
