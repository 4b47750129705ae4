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
  listener_filters?: ListenerFilter[];
  /** A duration such as `0s`, which waits without end; Envoy's default is `15s`. */
  listener_filters_timeout?: string;
}

export interface ListenerFilter {
  name: string;
  filter_disabled?: DisabledFor;
}

/** For which connections a listener filter is left out. */
export interface DisabledFor {
  any_match?: boolean;
  /** `end` is not part of it. */
  destination_port_range?: { start?: number; end?: number };
  or_match?: { rules?: DisabledFor[] };
  and_match?: { rules?: DisabledFor[] };
  not_match?: DisabledFor;
}

export interface Address {
  socket_address?: { address: string; port_value?: number };
}

export interface FilterChain {
  name?: string;
  filter_chain_match?: FilterChainMatch;
  filters?: NetworkFilter[];
}

export interface NetworkFilter {
  name: string;
  typed_config?: TcpProxy & FilterStateSetter;
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

/** `envoy.filters.network.set_filter_state`. */
export interface FilterStateSetter {
  on_new_connection?: FilterStateValue[];
  on_downstream_tls_handshake?: FilterStateValue[];
}

export interface FilterStateValue {
  object_key?: string;
  format_string?: { text_format_source?: { inline_string?: string }; text_format?: string };
}
