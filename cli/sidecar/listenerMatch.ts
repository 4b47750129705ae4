import { BlockList, isIPv6 } from "node:net";
import { formatEndpoint } from "../../model/endpoint.ts";
import type {
  CidrRange,
  DynamicListener,
  FilterChain,
  FilterChainMatch,
  Listener,
} from "./envoyListener.ts";
import { VIRTUAL_OUTBOUND } from "../../model/istio/wellKnown.ts";

/**
 * Which listener and filter chain of a sidecar carry a silent connection, chosen as Envoy chooses them
 * for a redirected one (`ConnectionHandlerImpl::getBalancedHandlerByAddress`, `FilterChainManagerImpl`).
 */

/** The endpoint as the proxy sees it: the original destination. */
export interface Destination {
  /** IP address. */
  address: string;
  port: number;
}

export const WILDCARDS = ["0.0.0.0", "::"];

/**
 * The listener of the exact original destination, else that of its port on the wildcard address, else
 * {@link VIRTUAL_OUTBOUND}.
 */
export function chooseListener(
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

/** The chain that takes a connection on which the client says nothing: no TLS, no ALPN, no SNI. */
export function chooseChain(
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

/** `address:port`, for messages. */
export function formatDestination({ address, port }: Destination): string {
  return formatEndpoint({ host: address, port });
}
