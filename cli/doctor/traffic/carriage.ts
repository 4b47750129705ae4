import type { Endpoint } from "../../../model/endpoint.ts";
import { clusterPath } from "../../sidecar/clusterConfig.ts";
import type { ClustersDump } from "../../sidecar/clusterConfig.ts";
import type { FilterChain, Listener } from "../../sidecar/envoyListener.ts";
import { parseProtobufDuration, tcpProxyOf } from "../../sidecar/proxyConfig.ts";
import type { PathReading } from "../../sidecar/proxyConfig.ts";
import type { Carriage } from "../diagnosis.ts";
import type { Workload } from "../sources/filterOrder.ts";
import type { Finding } from "../finding.ts";
import type { IstioLists } from "../sources/istioLists.ts";
import type { DestinationRuleObject, EnvoyFilterObject } from "../sources/istioObjects.ts";
import { pathFindings } from "./pathFindings.ts";
import type { RuleReference } from "../sources/ruleSetting.ts";
import type { Sidecar } from "../sidecar.ts";
import { timeoutSource } from "../sources/timeoutSource.ts";

/** The filter chain that carries the connections, and where it is. */
interface Carrier {
  workload: Workload;
  endpoint: Endpoint;
  sidecar: Sidecar;
  listener: Listener;
  chain: FilterChain;
  reading: Extract<PathReading, { settled: true }>;
  /** EnvoyFilters of the pod's namespace. */
  filters: readonly EnvoyFilterObject[];
}

/**
 * Finds out what the sidecar applies to connections that it carries, and why.
 *
 * @param ask the sidecar's admin interface.
 */
export async function examine(
  ask: (path: string) => Promise<unknown>,
  lists: IstioLists,
  { workload, endpoint, sidecar, listener, chain, reading, filters }: Carrier,
): Promise<{ carriage: Carriage; findings: Finding[] }> {
  const { effective } = reading.path;
  const { namespace, rootNamespace } = workload;
  // Where several share the connections, istiod takes the first one's rule.
  const [clusterName = ""] = effective.cluster.split(",");
  const [clusters, rootFilters, ownRules] = await Promise.all([
    ask(clusterPath(clusterName)),
    rootNamespace === namespace ? [] : lists.list<EnvoyFilterObject>("envoyfilters", rootNamespace),
    lists.list<DestinationRuleObject>("destinationrules", namespace),
  ]);
  const cluster = (clusters as ClustersDump).configs
    ?.map((config) => config.cluster)
    .find((one) => one?.name === clusterName);
  const rule = ruleReference(cluster?.metadata?.filter_metadata?.istio?.config);
  const rules =
    rule === undefined || rule.namespace === namespace
      ? ownRules
      : await lists.list<DestinationRuleObject>("destinationrules", rule.namespace);

  const { setBy, findings } = timeoutSource({
    workload,
    target: {
      listener: { name: listener.name, port: listener.address?.socket_address?.port_value },
      chain: { name: chain.name, match: chain.filter_chain_match ?? {} },
      cluster: effective.cluster,
      port: endpoint.port,
      sidecar,
    },
    effective,
    metadata: sidecar.idleTimeout,
    filters: [...filters, ...(rootFilters ?? [])],
    rule,
    rules,
    partial: lists.unseen.length > 0 || reading.rejected !== undefined,
  });
  const maxDuration = tcpProxyOf(chain)?.max_downstream_connection_duration;
  return {
    carriage: {
      effective,
      setBy,
      maxDurationMs: maxDuration === undefined ? undefined : parseProtobufDuration(maxDuration),
      keepalive: cluster?.upstream_connection_options?.tcp_keepalive,
      drainTimeMs: sidecar.drainTimeMs,
    },
    findings: [
      ...rejectedFinding(listener.name, reading.rejected),
      ...findings,
      ...pathFindings({ endpoint, effective, listener, chain, rules: ownRules ?? [] }),
    ],
  };
}

/** Reads `/apis/networking.istio.io/v1/namespaces/shop/destination-rule/redis`. */
function ruleReference(path = ""): RuleReference | undefined {
  const [, namespace, name] = /\/namespaces\/([^/]+)\/destination-rule\/([^/]+)$/.exec(path) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

function rejectedFinding(listener: string, details: string | undefined): Finding[] {
  return details === undefined
    ? []
    : [
        {
          subject: `listener ${listener}`,
          problem: `the sidecar rejected istiod's latest configuration and goes on with an older one: ${details}`,
          remedy: "correct or remove the EnvoyFilter that brings that in",
        },
      ];
}
