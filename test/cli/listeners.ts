/** Envoy's dump of the listeners an Istio sidecar has, in the parts that matter here. */
import { evidenceJsonFormat } from "../../model/istio/evidence.ts";

type Json = Record<string, unknown>;

export interface TcpProxyOptions {
  idle_timeout?: string;
  cluster?: string;
  /** Whether our access log stands beside Istio's own. */
  evidence?: boolean;
}

export function tcpProxy({ evidence = true, ...rest }: TcpProxyOptions = {}): Json {
  const fileLog = (json_format: Json): Json => ({
    name: "envoy.access_loggers.file",
    typed_config: { path: "/dev/stdout", log_format: { json_format } },
  });
  return {
    name: "envoy.filters.network.tcp_proxy",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
      cluster: "PassthroughCluster",
      stat_prefix: "PassthroughCluster",
      ...rest,
      access_log: [
        fileLog({ start_time: "%START_TIME%" }),
        ...(evidence ? [fileLog(evidenceJsonFormat)] : []),
      ],
    },
  };
}

export function httpConnectionManager(): Json {
  return {
    name: "envoy.filters.network.http_connection_manager",
    typed_config: {
      "@type":
        "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    },
  };
}

export function address(ip: string, port: number): Json {
  return { socket_address: { address: ip, port_value: port } };
}

/** An entry of the dump; `state` is what stands beside or instead of the active listener. */
export function dynamicListener(
  listener: Json & { name: string },
  state: Json = {},
  last_updated?: string,
): Json {
  const active_state = { version_info: "1", listener, last_updated };
  return { name: listener.name, active_state, ...state };
}

export function virtualOutbound(
  tcp: TcpProxyOptions = {},
  state: Json = {},
  last_updated?: string,
): Json {
  return dynamicListener(
    {
      name: "virtualOutbound",
      address: address("0.0.0.0", 15_001),
      filter_chains: [
        {
          name: "virtualOutbound-blackhole",
          filter_chain_match: { destination_port: 15_001 },
          filters: [tcpProxy({ cluster: "BlackHoleCluster", evidence: false })],
        },
        { name: "virtualOutbound-catchall-tcp", filters: [tcpProxy(tcp)] },
      ],
    },
    state,
    last_updated,
  );
}

export function dump(...configs: Json[]): string {
  return JSON.stringify({ configs });
}
