import { finding, referenceTo } from "../findings/finding.ts";
import type { DoctorPod } from "../mesh/pod.ts";
import type { Mesh } from "../mesh/mesh.ts";
import type { Sidecar } from "../mesh/sidecar.ts";
import type { Carried } from "../traffic/view.ts";
import { filtersFor } from "./filterOrder.ts";
import type { Workload } from "./filterOrder.ts";
import { missedFilter, missesOf, TCP_PROXY } from "./patchMatch.ts";
import type { Context, PatchTarget } from "./patchMatch.ts";
import { ruleSetting } from "./ruleSetting.ts";
import type { RuleEffect, RuleReference } from "./ruleSetting.ts";
import { overridePatches, sourceOf } from "./timeoutPatch.ts";
import { timeoutSource } from "./timeoutSource.ts";
import type { Explanation } from "./timeoutSource.ts";

/** One proxy, and the port by which connections come to it. */
export interface Side {
  context: Context;
  pod: DoctorPod;
  sidecar: Sidecar;
  port: number;
}

/** Explains the timeout that a proxy applies to a connection, from the objects that could be read. */
export function explain(
  mesh: Mesh,
  side: Side,
  view: Carried,
): Explanation & { rule?: RuleEffect } {
  const { effective } = view;
  const { context, pod, sidecar } = side;
  const { objects, meshConfig } = mesh;
  const workload = workloadOf(mesh, pod);
  const target = patchTargetOf(side, view);
  if (view.overridden) {
    return explainOverride(mesh, workload, target);
  }
  const rule =
    context === "SIDECAR_INBOUND" ? undefined : ruleEffect(mesh, side, effective.cluster);
  const explanation = timeoutSource({
    ...{ workload, target, effective, rule },
    metadata: sidecar.idleTimeout,
    origins: { pod, proxyConfigs: objects.ProxyConfig, meshConfig },
    filters: objects.EnvoyFilter,
  });
  return { ...explanation, ...(rule !== undefined && { rule }) };
}

/** The filter chain of a view, as patches are matched with it. */
export function patchTargetOf(
  { context, port, sidecar }: Side,
  { chain, effective, listener }: Carried,
): PatchTarget {
  return {
    ...{ context, port, sidecar },
    listener: { name: listener.name, port: listener.address?.socket_address?.port_value },
    chain: { name: chain.name, match: chain.filter_chain_match ?? {} },
    cluster: effective.cluster,
  };
}

export function workloadOf({ meshConfig }: Mesh, { metadata }: DoctorPod): Workload {
  const { namespace, labels = {} } = metadata;
  return { namespace, labels, rootNamespace: meshConfig.rootNamespace };
}

function explainOverride(mesh: Mesh, workload: Workload, target: PatchTarget): Explanation {
  const setter = filtersFor(mesh.objects.EnvoyFilter, workload).findLast((filter) =>
    overridePatches(filter).some(
      ({ match = {} }) =>
        missesOf(match, target).length === 0 && missedFilter(match, TCP_PROXY) === undefined,
    ),
  );
  const explanation = { expected: undefined, doubtful: [] };
  if (setter === undefined) {
    return { ...explanation, findings: [] };
  }
  const reason =
    "it gives each connection its idle timeout by a filter state, which goes before the tcp_proxy's own idle_timeout";
  return {
    ...explanation,
    setBy: sourceOf(setter, workload.rootNamespace),
    findings: [
      finding("IIT004", {
        object: referenceTo("EnvoyFilter", setter.metadata),
        reason,
        fix: "change the value there, or remove the filter; other settings of the idle timeout have no effect",
      }),
    ],
  };
}

/** Where several clusters share the connections, istiod takes the first one's rule (`buildOutboundNetworkFilters`). */
function ruleEffect(mesh: Mesh, side: Side, cluster: string): RuleEffect | undefined {
  const [name = ""] = cluster.split(",");
  const path = mesh.proxy?.clusters.configs
    ?.map((config) => config.cluster)
    .find((one) => one?.name === name)?.metadata?.filter_metadata?.istio?.config;
  const reference = ruleReference(path);
  if (reference === undefined) {
    return undefined;
  }
  const hidden = mesh.unseen.some(
    ({ kind, namespace = reference.namespace }) =>
      kind === "DestinationRule" && namespace === reference.namespace,
  );
  const rules = mesh.objects.DestinationRule.filter(
    ({ metadata }) => metadata.namespace === reference.namespace,
  );
  const { namespace, labels = {} } = side.pod.metadata;
  const reader = { namespace, labels, domain: side.sidecar.domain };
  return ruleSetting(reference, hidden && rules.length === 0 ? undefined : rules, reader);
}

/** Reads `/apis/networking.istio.io/v1/namespaces/shop/destination-rule/redis`. */
function ruleReference(path = ""): RuleReference | undefined {
  const [, namespace, name] = /\/namespaces\/([^/]+)\/destination-rule\/([^/]+)$/.exec(path) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
