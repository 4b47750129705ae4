import { isIP } from "node:net";
import { cidrHolds } from "../../model/cidr.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import type { CidrRange, FilterChain, FilterChainMatch, Listener } from "./envoyListener.ts";
import { formatDestination } from "./listenerMatch.ts";
import type { Destination } from "./listenerMatch.ts";

/** Properties of a client that the proxy reads from its first bytes. */
export type Client =
  /** No ClientHello and no HTTP: plain TCP, or nothing at all. */
  | { tls: false }
  /** A ClientHello, with the server name and protocols that it asks for. */
  | { tls: true; sni?: string | undefined; alpn?: readonly string[] };

export const PLAIN: Client = { tls: false };

/** Makes the client of what a user says of it. Clients ask for the name that they connect to; an address is none. */
export function clientOf(said: {
  endpoint: Endpoint;
  tls?: boolean;
  sni?: string | undefined;
}): Client {
  const { host } = said.endpoint;
  return said.sni === undefined && said.tls !== true
    ? PLAIN
    : { tls: true, sni: said.sni ?? (isIP(host) === 0 ? host : undefined) };
}

export interface ChosenChain {
  chain: FilterChain;
  /** The chain's own name, or its place among the listener's. */
  name: string;
}

type Candidate = ChosenChain & { match: FilterChainMatch };

/**
 * Chooses the filter chain for a client's connections, as Envoy does (`FilterChainManagerImpl::findFilterChain`): by
 * destination port, address, server name, transport protocol, then application protocols. Each step keeps the most
 * specific fit and never goes back.
 *
 * @throws Error with one line for the user where the listener has none, so that it refuses the connection.
 */
export function chooseChain(
  listener: Listener,
  destination: Destination,
  client: Client = PLAIN,
): ChosenChain {
  const hello = client.tls && inspectsTls(listener) ? client : undefined;
  const steps: ((match: FilterChainMatch) => number)[] = [
    ({ destination_port: port }) => fits(port === undefined, port === destination.port),
    ({ prefix_ranges: ranges = [] }) => prefixFit(ranges, destination.address),
    ({ server_names: names = [] }) => serverNameFit(names, hello?.sni),
    ({ transport_protocol: transport = "" }) =>
      fits(transport === "", transport === (hello === undefined ? "raw_buffer" : "tls")),
    ({ application_protocols: protocols = [] }) =>
      fits(
        protocols.length === 0,
        protocols.some((protocol) => hello?.alpn?.includes(protocol) === true),
      ),
  ];
  let candidates: Candidate[] = (listener.filter_chains ?? []).map((chain, index) => ({
    ...{ chain, name: chain.name ?? `#${index}` },
    match: chain.filter_chain_match ?? {},
  }));
  for (const fit of steps) {
    const best = Math.max(0, ...candidates.map(({ match }) => fit(match)));
    candidates = candidates.filter(({ match }) => fit(match) === best);
  }
  const [first] = candidates;
  if (first !== undefined) {
    return { chain: first.chain, name: first.name };
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

/** Whether it looks for a ClientHello; otherwise TLS is plain TCP to it. */
export function inspectsTls({ filter_chains = [], listener_filters = [] }: Listener): boolean {
  return (
    listener_filters.some(({ name }) => name === "envoy.filters.listener.tls_inspector") ||
    filter_chains.some(
      ({ filter_chain_match: { server_names = [], transport_protocol } = {} }) =>
        server_names.length > 0 || transport_protocol === "tls",
    )
  );
}

/** 0 where a field is not asked for, 1 where it fits, -1 where it does not. */
function fits(unasked: boolean, fit: boolean): number {
  return unasked ? 0 : fit ? 1 : -1;
}

/** The longer the prefix, the better. */
function prefixFit(ranges: readonly CidrRange[], address: string): number {
  const lengths = ranges
    .map(({ address_prefix, prefix_len = 0 }) => ({ start: address_prefix, bits: prefix_len }))
    .filter(({ start, bits }) => cidrHolds(`${start}/${bits}`, address))
    .map(({ bits }) => bits + 1);
  return ranges.length === 0 ? 0 : Math.max(-1, ...lengths);
}

/** An exact name goes before `*.example.com`, and that before `*.com`. */
function serverNameFit(names: readonly string[], sni: string | undefined): number {
  const wanted = sni?.toLowerCase() ?? "";
  const lengths = names.map((name) => {
    const suffix = name.startsWith("*.") ? name.slice(1) : undefined;
    return name === wanted ? Infinity : suffix && wanted.endsWith(suffix) ? suffix.length : -1;
  });
  return names.length === 0 ? 0 : Math.max(-1, ...lengths);
}
