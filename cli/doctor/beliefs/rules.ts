/** DestinationRules for the endpoint that do nothing for its connections, and ServiceEntries that keep them from it. */
import { PASSTHROUGH } from "../../../model/istio/wellKnown.ts";
import { selects } from "../../cluster/labelSelector.ts";
import { finding, referenceTo } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { ConnectionPool, DestinationRuleObject } from "../mesh/istioObjects.ts";
import type { Mesh } from "../mesh/mesh.ts";
import { fullHost, isVisible } from "../sources/ruleMerge.ts";
import type { RuleReader } from "../sources/ruleMerge.ts";
import type { RuleEffect } from "../sources/ruleSetting.ts";
import { hostOf } from "../traffic/address.ts";
import type { RelatedHost } from "./hosts.ts";
import { isInjected } from "./injected.ts";

/** Where the connections go, and by which rule. */
export interface RuleSituation {
  mesh: Mesh;
  hosts: readonly RelatedHost[];
  /** Names of the clusters, joined by commas. */
  cluster: string;
  /** The rule in effect. */
  effect: RuleEffect | undefined;
  reader: RuleReader;
  rootNamespace: string;
  port: number;
}

export function uselessRules(situation: RuleSituation): Finding[] {
  const { cluster, effect, hosts, mesh, reader } = situation;
  const members: readonly DestinationRuleObject[] = effect?.rule?.members ?? [];
  const target = hostOf(cluster.split(",")[0] ?? "");
  return mesh.objects.DestinationRule.flatMap((rule) => {
    const host = fullHost(rule, reader.domain);
    const meant = hosts.filter((each) => covers(host, each.host));
    const near = isNear(rule, target ?? host, situation);
    if (meant.length === 0 || members.includes(rule) || !setsTimeout(rule) || !near) {
      return [];
    }
    return target !== undefined && covers(host, target)
      ? [beaten(rule, situation)]
      : [elsewhere(rule, host, meant, situation)];
  });
}

/**
 * Whether somebody may believe that a rule is for this pod: it stands where istiod looks for it, or in a namespace whose
 * own pods have no sidecars.
 */
function isNear(
  { metadata }: DestinationRuleObject,
  host: string,
  { mesh, reader, rootNamespace }: RuleSituation,
): boolean {
  const [, ofService] = /^[^.]+\.([^.]+)\.svc\./.exec(host) ?? [];
  const { namespace } = metadata;
  return (
    [reader.namespace, rootNamespace, ofService].includes(namespace) ||
    isInjected(mesh.objects.Namespace, namespace) === false
  );
}

/** A rule for `*.example.com` is for every host below it. */
function covers(ruleHost: string, host: string): boolean {
  return ruleHost.startsWith("*") ? host.endsWith(ruleHost.slice(1)) : ruleHost === host;
}

function pools({ spec }: DestinationRuleObject): ConnectionPool[] {
  return [
    spec?.trafficPolicy,
    ...(spec?.trafficPolicy?.portLevelSettings ?? []),
    ...(spec?.subsets ?? []).map(({ trafficPolicy }) => trafficPolicy),
  ].flatMap((policy) => policy?.connectionPool ?? []);
}

function setsTimeout(rule: DestinationRuleObject): boolean {
  return pools(rule).some(({ tcp, http }) => (tcp?.idleTimeout ?? http?.idleTimeout) !== undefined);
}

function elsewhere(
  rule: DestinationRuleObject,
  host: string,
  meant: readonly RelatedHost[],
  { cluster, hosts, port }: RuleSituation,
): Finding {
  const alias = meant.find(({ service }) => service?.spec?.type === "ExternalName")?.service;
  const entry = meant.find((each) => each.entry)?.entry ?? hosts.find((each) => each.entry)?.entry;
  const passthrough = cluster === PASSTHROUGH;
  const because =
    alias === undefined
      ? ""
      : `; the Service of type ExternalName is only another name for ${alias.spec?.externalName ?? "its host"}, and no listener is made for it`;
  return finding("IIT032", {
    object: referenceTo("DestinationRule", rule.metadata),
    reason:
      `it is for ${host}, but connections go to ${cluster}` +
      (passthrough ? ", to which no DestinationRule applies" : "") +
      because,
    fix:
      alias !== undefined
        ? `make ${alias.spec?.externalName ?? "the host"} known with a ServiceEntry that has its addresses and port ${port}, and write the rule for that host`
        : entry !== undefined
          ? `see to it that connections match ServiceEntry ${entry.metadata.namespace}/${entry.metadata.name}`
          : "make the host known with a ServiceEntry that has this address and port",
  });
}

/** Istiod takes the rules of one namespace: the pod's, the Service's, or the root namespace's (`destinationRule` in `push_context.go`). */
function beaten(rule: DestinationRuleObject, situation: RuleSituation): Finding {
  const { effect, reader, rootNamespace } = situation;
  const { metadata, spec } = rule;
  const winner = effect?.rule?.members[0].metadata;
  const taken =
    winner === undefined ? "" : `: DestinationRule ${winner.namespace}/${winner.name} is taken`;
  const selector = spec?.workloadSelector;
  const [reason, fix] = !selects(selector, reader.labels)
    ? ["its workloadSelector does not select the pod", "correct it if it is meant for this pod"]
    : !isVisible(rule, reader)
      ? [
          `it is not exported to namespace ${reader.namespace}`,
          "add the namespace to its exportTo; a rule with a workloadSelector is never exported",
        ]
      : metadata.namespace === winner?.namespace
        ? [
            `another rule of its namespace goes before it${taken}`,
            "put the idleTimeout into that one",
          ]
        : [
            `istiod looks for rules in the pod's namespace, in the Service's, then in ${rootNamespace}, and takes the first it finds${taken}`,
            winner === undefined
              ? `put it into ${reader.namespace}`
              : "put the idleTimeout into that one, or remove it",
          ];
  return finding("IIT033", { object: referenceTo("DestinationRule", metadata), reason, fix });
}

/** Keep-alive that somebody may take for a remedy. */
export function keepaliveOnly({ effect }: RuleSituation): Finding[] {
  const rule = effect?.rule?.policyFrom;
  const tcp = rule?.spec?.trafficPolicy?.connectionPool?.tcp;
  return rule === undefined || tcp?.tcpKeepalive === undefined || tcp.idleTimeout !== undefined
    ? []
    : [
        finding("IIT034", {
          object: referenceTo("DestinationRule", rule.metadata),
          reason:
            "its tcpKeepalive probes the endpoint while nothing is sent, which keeps the flow alive in what lies between; it does not stop the sidecar's idle timeout",
          fix: "set connectionPool.tcp.idleTimeout too, where that is in the way",
        }),
      ];
}
