/**
 * Reads from Envoy's own configuration dump what a silent TCP connection to an endpoint will meet:
 * which listener and filter chain carry it, and the idle timeout that applies there.
 *
 * The outbound listener is chosen as Envoy chooses it for a redirected connection
 * (`ConnectionHandlerImpl::getBalancedHandlerByAddress`): by the exact original destination, then by
 * the wildcard address with its port, and otherwise Istio's `virtualOutbound` keeps it.
 */
import { BlockList, isIPv6 } from "node:net";

import { EVIDENCE_LOG } from "../components/evidence.ts";
import { ENVOY_DEFAULT_IDLE_TIMEOUT_MS } from "../components/timeout.ts";
import type { EffectiveTimeout } from "../app/probe/record.ts";

/** Where a connection goes inside the proxy. */
export interface ProxyPath {
  effective: EffectiveTimeout;
  /** Whether the access log of the chain carries entries of ours. */
  evidence: boolean;
  /** The filter chain with sorted keys: equal texts are equal chains. */
  chain: string;
}

/** The path as far as the dump tells, or why it does not tell yet. */
export type PathReading =
  | { settled: true; path: ProxyPath; rejected?: string }
  | { settled: false; reason: string; rejected?: string };

/** The endpoint as the proxy sees it: the original destination. */
export interface Destination {
  /** IP address. */
  address: string;
  port: number;
}

const VIRTUAL_OUTBOUND = "virtualOutbound";
const WILDCARDS = ["0.0.0.0", "::"];

/**
 * Path of the admin interface that dumps just the listeners which can carry a port. In a large mesh
 * the whole dump is tens of MB.
 */
export function listenersPath(port: number): string {
  return `config_dump?resource=dynamic_listeners&name_regex=${encodeURIComponent(`${VIRTUAL_OUTBOUND}|.*_${port}`)}`;
}

/**
 * @param dump answer of {@link listenersPath}
 * @throws Error with one line for the user when the endpoint is carried by something that has no TCP
 *   idle timeout, e.g. as HTTP.
 */
export function readPath(dump: string, destination: Destination): PathReading {
  const { configs = [] } = JSON.parse(dump) as { configs?: DynamicListener[] };
  const dynamic = chooseListener(configs, destination);
  const rejected = configs
    .filter(({ name }) => name === undefined || name === dynamic?.name)
    .flatMap(({ error_state }) => error_state?.details ?? [])[0];
  const why = rejected === undefined ? {} : { rejected };
  const listener = dynamic?.active_state?.listener;
  if (dynamic === undefined || listener === undefined) {
    return { settled: false, reason: "it has no listener for the endpoint yet", ...why };
  }
  if (dynamic.warming_state !== undefined) {
    return { settled: false, reason: `its listener ${listener.name} is being replaced`, ...why };
  }
  return { settled: true, path: describePath(listener, destination), ...why };
}

function chooseListener(
  configs: readonly DynamicListener[],
  { address, port }: Destination,
): DynamicListener | undefined {
  const listensOn = (dynamic: DynamicListener, wanted: readonly string[]): boolean => {
    const listener = dynamic.active_state?.listener ?? dynamic.warming_state?.listener;
    return [listener, ...(listener?.additional_addresses ?? [])].some((at) => {
      const socket = at?.address?.socket_address;
      return socket?.port_value === port && wanted.includes(socket.address);
    });
  };
  const carriers = configs.filter(({ name }) => name !== undefined && name !== VIRTUAL_OUTBOUND);
  return (
    carriers.find((dynamic) => listensOn(dynamic, [address])) ??
    carriers.find((dynamic) => listensOn(dynamic, WILDCARDS)) ??
    configs.find(({ name }) => name === VIRTUAL_OUTBOUND)
  );
}

function describePath(listener: Listener, destination: Destination): ProxyPath {
  const { chain, name } = chooseChain(listener, destination);
  const tcpProxy = chain.filters
    ?.map((filter) => filter.typed_config)
    .find((config) => config?.["@type"]?.endsWith(".TcpProxy") === true);
  if (tcpProxy === undefined) {
    const last = chain.filters?.at(-1)?.name ?? "nothing";
    throw new Error(
      `the sidecar's listener ${listener.name} hands ${formatDestination(destination)} to ${last}, ` +
        `not to tcp_proxy, so no TCP idle timeout applies; use an endpoint whose port is plain TCP in the mesh`,
    );
  }
  const configured = tcpProxy.idle_timeout;
  return {
    effective: {
      idleTimeoutMs:
        configured === undefined
          ? ENVOY_DEFAULT_IDLE_TIMEOUT_MS
          : parseProtobufDuration(configured),
      source: configured === undefined ? "envoy-default" : "configured",
      listener: listener.name,
      filterChain: name,
      cluster: clusterOf(tcpProxy),
    },
    evidence: (tcpProxy.access_log ?? []).some(
      (log) => log.typed_config?.log_format?.json_format?.log === EVIDENCE_LOG,
    ),
    chain: canonicalJson(chain),
  };
}

/** The chain that takes a connection on which the client says nothing: no TLS, no ALPN, no SNI. */
function chooseChain(
  listener: Listener,
  destination: Destination,
): { chain: FilterChain; name: string } {
  const candidates = (listener.filter_chains ?? [])
    .map((chain, index) => ({
      chain,
      name: chain.name ?? `#${index}`,
      rank: rank(chain.filter_chain_match ?? {}, destination),
    }))
    .filter(({ rank: [port] }) => port >= 0)
    .sort((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1]);
  const [best] = candidates;
  if (best !== undefined) {
    return best;
  }
  const fallback = listener.default_filter_chain;
  if (fallback === undefined) {
    throw new Error(
      `the sidecar's listener ${listener.name} has no filter chain for ${formatDestination(destination)}, ` +
        `so it refuses the connection`,
    );
  }
  return { chain: fallback, name: fallback.name ?? "default" };
}

/**
 * How well a chain fits, in Envoy's order: by destination port, then by the longest address prefix.
 * A negative first number means not at all.
 */
function rank(match: FilterChainMatch, { address, port }: Destination): [number, number] {
  const silent =
    (match.server_names ?? []).length === 0 &&
    (match.application_protocols ?? []).length === 0 &&
    ["", "raw_buffer"].includes(match.transport_protocol ?? "");
  const prefixes = (match.prefix_ranges ?? []).filter((range) => contains(range, address));
  const portFits = match.destination_port === undefined || match.destination_port === port;
  const addressFits = match.prefix_ranges === undefined || prefixes.length > 0;
  return [
    silent && portFits && addressFits ? Number(match.destination_port !== undefined) : -1,
    Math.max(-1, ...prefixes.map(({ prefix_len = 0 }) => prefix_len)),
  ];
}

function contains({ address_prefix, prefix_len = 0 }: CidrRange, address: string): boolean {
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (family !== (isIPv6(address_prefix) ? "ipv6" : "ipv4")) {
    return false;
  }
  const range = new BlockList();
  range.addSubnet(address_prefix, prefix_len, family);
  return range.check(address, family);
}

function clusterOf({ cluster, weighted_clusters }: TcpProxy): string {
  return cluster ?? (weighted_clusters?.clusters ?? []).map(({ name }) => name).join(",");
}

/** Milliseconds of a duration in protobuf's JSON form: `10s`, `13.700s`. */
export function parseProtobufDuration(text: string): number {
  if (!/^\d+(\.\d{1,9})?s$/.test(text)) {
    throw new Error(`the sidecar's idle_timeout ${JSON.stringify(text)} is not a duration`);
  }
  return Math.round(Number(text.slice(0, -1)) * 1e6) / 1000;
}

/** JSON with sorted keys: Envoy dumps maps in an order of their own each time. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function formatDestination({ address, port }: Destination): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

// The parts of Envoy's messages that are read, as its admin interface writes them.

interface DynamicListener {
  name?: string;
  active_state?: { listener?: Listener };
  warming_state?: { listener?: Listener };
  error_state?: { details?: string };
}

interface Listener {
  name: string;
  address?: Address;
  additional_addresses?: { address?: Address }[];
  filter_chains?: FilterChain[];
  default_filter_chain?: FilterChain;
}

interface Address {
  socket_address?: { address: string; port_value?: number };
}

interface FilterChain {
  name?: string;
  filter_chain_match?: FilterChainMatch;
  filters?: { name: string; typed_config?: TcpProxy }[];
}

interface FilterChainMatch {
  destination_port?: number;
  prefix_ranges?: CidrRange[];
  server_names?: string[];
  transport_protocol?: string;
  application_protocols?: string[];
}

interface CidrRange {
  address_prefix: string;
  prefix_len?: number;
}

interface TcpProxy {
  "@type"?: string;
  idle_timeout?: string;
  cluster?: string;
  weighted_clusters?: { clusters?: { name: string }[] };
  access_log?: { typed_config?: { log_format?: { json_format?: Record<string, unknown> } } }[];
}
