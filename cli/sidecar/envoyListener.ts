/** The parts of Envoy's messages that are read here, as its admin interface writes them. */

/** Answer to `config_dump?resource=dynamic_listeners`. */
export interface ListenersDump {
  configs?: DynamicListener[];
}

export interface DynamicListener {
  name?: string;
  /** `last_updated`: since when it is active, ISO 8601. */
  active_state?: { listener?: Listener; last_updated?: string };
  warming_state?: { listener?: Listener };
  error_state?: { details?: string };
}

export interface Listener {
  name: string;
  address?: Address;
  additional_addresses?: { address?: Address }[];
  filter_chains?: FilterChain[];
  default_filter_chain?: FilterChain;
}

export interface Address {
  socket_address?: { address: string; port_value?: number };
}

export interface FilterChain {
  name?: string;
  filter_chain_match?: FilterChainMatch;
  filters?: { name: string; typed_config?: TcpProxy }[];
}

export interface FilterChainMatch {
  destination_port?: number;
  prefix_ranges?: CidrRange[];
  server_names?: string[];
  transport_protocol?: string;
  application_protocols?: string[];
}

export interface CidrRange {
  address_prefix: string;
  prefix_len?: number;
}

export interface TcpProxy {
  "@type"?: string;
  stat_prefix?: string;
  idle_timeout?: string;
  max_downstream_connection_duration?: string;
  cluster?: string;
  weighted_clusters?: { clusters?: { name: string }[] };
  access_log?: { typed_config?: { log_format?: { json_format?: Record<string, unknown> } } }[];
}
