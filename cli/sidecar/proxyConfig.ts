/**
 * Reads from Envoy's own configuration dump what a silent TCP connection to an endpoint will meet:
 * which listener and filter chain carry it, and the idle timeout that applies there.
 */
import { canonicalJson, digest } from "../../model/digest.ts";
import { EVIDENCE_LOG } from "../../model/istio/evidence.ts";
import { ENVOY_DEFAULT_IDLE_TIMEOUT_MS } from "../../model/timeout.ts";
import type { EffectiveTimeout } from "../../model/record.ts";
import { awaitFirstBytes } from "./awaitFirstBytes.ts";
import type { CounterBefore } from "./counters.ts";
import type {
  FilterChain,
  Listener,
  ListenersDump,
  NetworkFilter,
  TcpProxy,
} from "./envoyListener.ts";
import { chooseChain, PLAIN } from "./chainMatch.ts";
import type { Client } from "./chainMatch.ts";
import { chooseListener, formatDestination } from "./listenerMatch.ts";
import { VIRTUAL_INBOUND, VIRTUAL_OUTBOUND } from "../../model/istio/wellKnown.ts";
import type { Destination } from "./listenerMatch.ts";

/** Where a connection goes inside the proxy. */
export interface ProxyPath {
  effective: EffectiveTimeout;
  /** Whether the access log of the chain carries entries of ours. */
  evidence: boolean;
  /** Under which name the proxy counts what happens to these connections. */
  statPrefix?: string;
  /** How many of them its idle timeout had closed; absent where it keeps no such count. */
  idleTimeouts?: CounterBefore;
  /** Digest of the filter chain: equal ones are equal chains. */
  chain: string;
  /** Since when the listener is as it is, by the proxy's wall clock, ISO 8601. */
  updatedAt?: string;
}

/** The path as far as the dump tells, or why it does not tell yet. */
export type PathReading =
  | { settled: true; path: ProxyPath; rejected?: string }
  | { settled: false; reason: string; rejected?: string };

/**
 * Path of the admin interface that dumps just the listeners which can carry any of the ports. In a
 * large mesh the whole dump is tens of MB.
 */
export function listenersPath(...ports: readonly number[]): string {
  const names = [VIRTUAL_OUTBOUND, ...ports.map((port) => `.*_${port}`)].join("|");
  return `config_dump?resource=dynamic_listeners&name_regex=${encodeURIComponent(names)}`;
}

/** The same for connections that a pod takes on a port: as a server with a sidecar, or as a gateway. */
export function inboundListenersPath(port: number): string {
  return `config_dump?resource=dynamic_listeners&name_regex=${encodeURIComponent(`${VIRTUAL_INBOUND}|.*_${port}`)}`;
}

/**
 * @param dump answer of {@link listenersPath}
 * @throws Error with one line for the user when the endpoint is carried by something that has no TCP
 *   idle timeout, e.g. as HTTP.
 */
export function readPath(
  { configs = [] }: ListenersDump,
  destination: Destination,
  client: Client = PLAIN,
): PathReading {
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
  const { last_updated: updatedAt } = dynamic.active_state ?? {};
  const path = {
    ...describePath(listener, destination, client),
    ...(updatedAt !== undefined && { updatedAt }),
  };
  return { settled: true, path, ...why };
}

/** @throws Error as {@link readPath}. */
export function describePath(
  listener: Listener,
  destination: Destination,
  client: Client,
): ProxyPath {
  const { chain, name } = chooseChain(listener, destination, client);
  const tcpProxy = tcpProxyOf(chain);
  if (tcpProxy === undefined) {
    const last = chain.filters?.at(-1)?.name ?? "nothing";
    throw new Error(
      `the sidecar's listener ${listener.name} hands ${formatDestination(destination)} to ${last}, ` +
        `not to tcp_proxy, so no TCP idle timeout applies; use an endpoint whose port is plain TCP in the mesh`,
    );
  }
  const configured = tcpProxy.idle_timeout;
  const awaiting = awaitFirstBytes(listener, destination.port);
  return {
    effective: {
      idleTimeoutMs:
        configured === undefined
          ? ENVOY_DEFAULT_IDLE_TIMEOUT_MS
          : parseProtobufDuration(configured),
      source: configured === undefined ? "envoy-default" : "configured",
      listener: listener.name,
      filterChain: name,
      cluster: clustersOf(tcpProxy).join(","),
      ...(awaiting.length > 0 && { awaitFirstBytes: awaiting }),
    },
    evidence: (tcpProxy.access_log ?? []).some(
      (log) => log.typed_config?.log_format?.json_format?.log === EVIDENCE_LOG,
    ),
    ...(tcpProxy.stat_prefix !== undefined && { statPrefix: tcpProxy.stat_prefix }),
    // Envoy dumps maps in a different order each time.
    chain: digest(canonicalJson(chain)),
  };
}

/** What hands the chain's connections to a cluster; undefined in a chain that is not TCP. */
export function tcpProxyOf(chain: FilterChain): TcpProxy | undefined {
  return tcpProxyFilterOf(chain)?.typed_config;
}

/** The same with its name, by which EnvoyFilters find it. */
export function tcpProxyFilterOf({ filters = [] }: FilterChain): NetworkFilter | undefined {
  return filters.find(
    ({ typed_config }) => typed_config?.["@type"]?.endsWith(".TcpProxy") === true,
  );
}

/** Names of the clusters that share its connections. */
export function clustersOf({ cluster, weighted_clusters }: TcpProxy): string[] {
  return cluster === undefined
    ? (weighted_clusters?.clusters ?? []).map(({ name }) => name)
    : [cluster];
}

/** Milliseconds of a duration in protobuf's JSON form: `10s`, `13.700s`. */
export function parseProtobufDuration(text: string): number {
  if (!/^\d+(\.\d{1,9})?s$/.test(text)) {
    throw new Error(`the sidecar's idle_timeout ${JSON.stringify(text)} is not a duration`);
  }
  return Math.round(Number(text.slice(0, -1)) * 1e6) / 1000;
}
