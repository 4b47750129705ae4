/** Whether a patch of an EnvoyFilter reaches the filter chain that carries a connection. */
import type { FilterChainMatch } from "../../sidecar/envoyListener.ts";
import { VIRTUAL_OUTBOUND } from "../../../model/istio/wellKnown.ts";
import type { PatchMatch } from "./istioObjects.ts";

export const TCP_PROXY = "envoy.filters.network.tcp_proxy";
const CONTEXT = "SIDECAR_OUTBOUND";

/** The filter chain, and the sidecar it is in. */
export interface PatchTarget {
  listener: { name: string; port: number | undefined };
  chain: { name: string | undefined; match: FilterChainMatch };
  /** The cluster that it hands connections to. */
  cluster: string;
  /** Port of the endpoint. */
  port: number;
  sidecar: { istioVersion: string; metadata: Readonly<Record<string, unknown>> };
}

/** Why a patch does not reach the chain, and what to do where that looks like a mistake. */
export interface Miss {
  reason: string;
  remedy: string;
  /** It is plainly meant for something else, such as inbound connections or another port. */
  meantElsewhere: boolean;
}

/**
 * By the rules of istiod (`proxyMatch` in `pilot/pkg/model/envoyfilter.go`; `listenerMatch`,
 * `filterChainMatch` and `networkFilterMatch` in
 * `pilot/pkg/networking/core/envoyfilter/listener_patch.go`).
 *
 * @returns undefined where the patch reaches it.
 */
export function missOf(match: PatchMatch, target: PatchTarget): Miss | undefined {
  return (
    missedSidecar(match, target) ?? missedListener(match, target) ?? missedChain(match, target)
  );
}

function missedSidecar(
  { context = "ANY", proxy = {} }: PatchMatch,
  { sidecar }: PatchTarget,
): Miss | undefined {
  if (context !== CONTEXT && context !== "ANY") {
    return elsewhere(`its context is ${context}`, `set match.context to ${CONTEXT}`);
  }
  const { proxyVersion = "", metadata = {} } = proxy;
  if (proxyVersion !== "" && !matchesVersion(proxyVersion, sidecar.istioVersion)) {
    return miss(
      `its proxyVersion ${JSON.stringify(proxyVersion)} does not match the sidecar's ${sidecar.istioVersion}`,
      "change match.proxy.proxyVersion, or take it out",
    );
  }
  const [key] = Object.entries(metadata).find(([k, v]) => sidecar.metadata[k] !== v) ?? [];
  return key === undefined
    ? undefined
    : miss(
        `the sidecar's metadata ${key} is not ${JSON.stringify(metadata[key])}`,
        "change match.proxy.metadata, or take it out",
      );
}

function missedListener({ listener }: PatchMatch, target: PatchTarget): Miss | undefined {
  const { name = "", portNumber = 0 } = listener ?? {};
  if (name !== "" && name !== target.listener.name) {
    return miss(
      `it is for listener ${name}, and ${target.listener.name} carries the connection`,
      "take match.listener.name out",
    );
  }
  // The one for unknown hosts is compared chain by chain, see below.
  return target.listener.name === VIRTUAL_OUTBOUND ||
    portNumber === 0 ||
    portNumber === target.listener.port
    ? undefined
    : elsewhere(`it is for port ${portNumber}`, `set portNumber to ${target.port}`);
}

function missedChain({ listener }: PatchMatch, target: PatchTarget): Miss | undefined {
  const { portNumber = 0, filterChain = {} } = listener ?? {};
  const { match, name } = target.chain;
  const wanted = (target.listener.name === VIRTUAL_OUTBOUND && portNumber) || 0;
  for (const [field, port] of [
    ["portNumber", wanted],
    ["filterChain.destinationPort", filterChain.destinationPort ?? 0],
  ] as const) {
    if (port > 0 && port !== target.port) {
      return elsewhere(`it is for port ${port}`, `set ${field} to ${target.port}`);
    }
    if (port > 0 && match.destination_port !== port) {
      return miss(
        `it is matched by ${field} ${port}, which never reaches ${target.cluster}: the filter chain that carries ` +
          "the connection has no port of its own",
        `take ${field} out of its match, or make the host known with a ServiceEntry and use a DestinationRule's ` +
          "connectionPool.tcp.idleTimeout",
      );
    }
  }
  const chainName = filterChain.name ?? "";
  if (chainName !== "" && chainName !== name) {
    return miss(
      `it is for filter chain ${chainName}, and ${name ?? "one without a name"} carries the connection`,
      "take match.listener.filterChain.name out",
    );
  }
  const { sni = "", transportProtocol = "", applicationProtocols = "" } = filterChain;
  const protocols = applicationProtocols === "" ? [] : applicationProtocols.split(",");
  if (
    (sni !== "" && !(match.server_names ?? []).includes(sni)) ||
    (transportProtocol !== "" && match.transport_protocol !== transportProtocol) ||
    protocols.some((protocol) => !(match.application_protocols ?? []).includes(protocol))
  ) {
    return miss(
      "it is matched by SNI or protocol, which the filter chain that carries the connection is not",
      "take sni, transportProtocol and applicationProtocols out of match.listener.filterChain",
    );
  }
  const filter = filterChain.filter?.name ?? "";
  return filter === "" || filter === TCP_PROXY
    ? undefined
    : miss(
        `it is for network filter ${filter}`,
        `set match.listener.filterChain.filter.name to ${TCP_PROXY}`,
      );
}

/** An expression that can't be read matches every version, as in istiod. */
function matchesVersion(expression: string, version: string): boolean {
  try {
    return version !== "unknown" && new RegExp(expression).test(version);
  } catch {
    return true;
  }
}

function miss(reason: string, remedy: string): Miss {
  return { reason, remedy, meantElsewhere: false };
}

function elsewhere(reason: string, remedy: string): Miss {
  return { reason, remedy, meantElsewhere: true };
}
