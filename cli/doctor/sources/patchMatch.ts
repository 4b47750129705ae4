/** Whether a patch of an EnvoyFilter reaches the filter chain that carries a connection. */
import { matchesGoRegexp } from "../../../model/istio/goRegexp.ts";
import { VIRTUAL_INBOUND, VIRTUAL_OUTBOUND } from "../../../model/istio/wellKnown.ts";
import type { FilterChainMatch } from "../../sidecar/envoyListener.ts";
import type { PatchMatch } from "../mesh/istioObjects.ts";

export const TCP_PROXY = "envoy.filters.network.tcp_proxy";

export type Context = "SIDECAR_OUTBOUND" | "SIDECAR_INBOUND" | "GATEWAY";

/** The filter chain, and the proxy it is in. */
export interface PatchTarget {
  context: Context;
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
  fix: string;
  /** It is plainly meant for something else, such as inbound connections or another port. */
  meantElsewhere: boolean;
  /** It can't be told whether it misses. */
  doubtful?: true;
}

/** Longer expressions match nothing (`maxProxyVersionLen` in `pilot/pkg/model/envoyfilter.go`). */
const LONGEST_EXPRESSION = 1024;

/**
 * All that keeps a patch from the chain, by the rules of istiod (`proxyMatch` in `pilot/pkg/model/envoyfilter.go`;
 * `listenerMatch` and `filterChainMatch` in `pilot/pkg/networking/core/envoyfilter/listener_patch.go`).
 */
export function missesOf(match: PatchMatch, target: PatchTarget): Miss[] {
  return [
    missedContext(match, target),
    missedProxy(match, target),
    missedListener(match, target),
    missedPort(match, target),
    missedChain(match, target),
  ].flatMap((miss) => miss ?? []);
}

function missedContext({ context = "ANY" }: PatchMatch, target: PatchTarget): Miss | undefined {
  return context === target.context || context === "ANY"
    ? undefined
    : elsewhere(`its context is ${context}`, `set match.context to ${target.context}`);
}

function missedProxy({ proxy = {} }: PatchMatch, { sidecar }: PatchTarget): Miss | undefined {
  const { proxyVersion = "", metadata = {} } = proxy;
  const matches = proxyVersion === "" || matchesVersion(proxyVersion, sidecar.istioVersion);
  const text = JSON.stringify(proxyVersion);
  if (matches === undefined) {
    const reason = `whether its proxyVersion ${text} matches ${sidecar.istioVersion} can't be told here`;
    return { ...miss(reason, "write it without what only Go reads"), doubtful: true };
  }
  if (!matches) {
    return miss(
      `its proxyVersion ${text} does not match the sidecar's ${sidecar.istioVersion}`,
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

function missedListener({ listener = {} }: PatchMatch, target: PatchTarget): Miss | undefined {
  const { name = "" } = listener;
  return name === "" || name === target.listener.name
    ? undefined
    : miss(
        `it is for listener ${name}, and ${target.listener.name} carries the connection`,
        "take match.listener.name out",
      );
}

/** On Istio's virtual listeners a port is compared chain by chain, otherwise with the listener's own. */
function missedPort({ listener = {} }: PatchMatch, target: PatchTarget): Miss | undefined {
  const { portNumber = 0, filterChain = {} } = listener;
  const virtual = [VIRTUAL_INBOUND, VIRTUAL_OUTBOUND].includes(target.listener.name);
  const asked = [
    { field: "portNumber", port: portNumber, own: virtual ? "chain" : "listener" },
    {
      field: "filterChain.destinationPort",
      port: filterChain.destinationPort ?? 0,
      own: "chain",
    },
  ] as const;
  for (const { field, port, own } of asked) {
    const has = own === "chain" ? target.chain.match.destination_port : target.listener.port;
    if (port > 0 && port !== target.port && port !== has) {
      return elsewhere(`it is for port ${port}`, `set ${field} to ${has ?? target.port}`);
    }
    if (port > 0 && port !== has) {
      return miss(
        `it is matched by ${field} ${port}, which never reaches ${target.cluster}: the filter chain that carries ` +
          "the connection has no port of its own",
        `take ${field} out of its match, or make the host known with a ServiceEntry and use a DestinationRule's ` +
          "connectionPool.tcp.idleTimeout",
      );
    }
  }
  return undefined;
}

function missedChain({ listener = {} }: PatchMatch, { chain }: PatchTarget): Miss | undefined {
  const {
    name = "",
    sni = "",
    transportProtocol = "",
    ...filterChain
  } = listener.filterChain ?? {};
  if (name !== "" && name !== chain.name) {
    return miss(
      `it is for filter chain ${name}, and ${chain.name ?? "one without a name"} carries the connection`,
      "take match.listener.filterChain.name out",
    );
  }
  const { applicationProtocols = "" } = filterChain;
  const protocols = applicationProtocols === "" ? [] : applicationProtocols.split(",");
  const { match } = chain;
  return (sni !== "" && !(match.server_names ?? []).includes(sni)) ||
    (transportProtocol !== "" && match.transport_protocol !== transportProtocol) ||
    protocols.some((protocol) => !(match.application_protocols ?? []).includes(protocol))
    ? miss(
        "it is matched by SNI or protocol, which the filter chain that carries the connection is not",
        "take sni, transportProtocol and applicationProtocols out of match.listener.filterChain",
      )
    : undefined;
}

/**
 * Where a patch is for another network filter of the chain (`networkFilterMatch`): names are compared as they stand,
 * and one without a name matches none.
 *
 * @param filterName name of the chain's tcp_proxy, which an earlier patch may have changed.
 */
export function missedFilter({ listener }: PatchMatch, filterName: string): Miss | undefined {
  const wanted = listener?.filterChain?.filter;
  return wanted === undefined || wanted.name === filterName
    ? undefined
    : miss(
        `it is for network filter ${wanted.name ?? "without a name"}, and istiod's is called ${filterName}`,
        `set match.listener.filterChain.filter.name to ${filterName}`,
      );
}

/** istiod takes an expression that it can't compile itself for one that matches every version. */
function matchesVersion(expression: string, version: string): boolean | undefined {
  return (
    expression.length <= LONGEST_EXPRESSION &&
    version !== "unknown" &&
    matchesGoRegexp(expression, version)
  );
}

function miss(reason: string, fix: string): Miss {
  return { reason, fix, meantElsewhere: false };
}

function elsewhere(reason: string, fix: string): Miss {
  return { reason, fix, meantElsewhere: true };
}
