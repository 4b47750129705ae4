/** How istiod makes one DestinationRule of several for a host. */
import { selects } from "../../cluster/labelSelector.ts";
import type { DestinationRuleObject } from "../mesh/istioObjects.ts";

/** Several rules that istiod treats as one; it is known by the name of the first. */
export interface MergedRule {
  members: [DestinationRuleObject, ...DestinationRuleObject[]];
  /** The member whose top-level trafficPolicy holds; undefined where none has one. */
  policyFrom: DestinationRuleObject | undefined;
}

interface Entry extends MergedRule {
  exportTo: ReadonlySet<string>;
}

/** Who looks for a rule. */
export interface RuleReader {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** The cluster's domain, by which short host names are completed. */
  domain: string;
}

/**
 * Merges the rules of one namespace for one host, as `mergeDestinationRule` in `pilot/pkg/model/destination_rule.go`
 * does after `setDestinationRules` in `push_context.go` has sorted them: those with a workloadSelector first, then by
 * age. Rules are merged where their exportTo is the same or wider and their selectors are equal or missing. The first
 * top-level trafficPolicy holds.
 *
 * @param rules those of the namespace.
 * @param name the rule that istiod says it took.
 */
export function mergedRule(
  rules: readonly DestinationRuleObject[],
  name: string,
  reader: RuleReader,
): MergedRule | undefined {
  const named = rules.find(({ metadata }) => metadata.name === name);
  if (named === undefined) {
    return undefined;
  }
  const host = fullHost(named, reader.domain);
  const entries: Entry[] = [];
  const others = rules.filter((rule) => fullHost(rule, reader.domain) === host);
  for (const rule of others.filter((one) => isVisible(one, reader)).sort(inOrder)) {
    add(entries, rule);
  }
  return entries.find(
    ({ members: [{ metadata, spec }] }) =>
      metadata.name === name && selects(spec?.workloadSelector, reader.labels),
  );
}

/** `redis` of namespace `shop` is `redis.shop.svc.cluster.local` (`ResolveShortnameToFQDN` in `config.go`). */
export function fullHost({ metadata, spec }: DestinationRuleObject, domain: string): string {
  const host = (spec?.host ?? "").toLowerCase();
  return host === "" || host.includes(".") || host.startsWith("*")
    ? host
    : `${host}.${metadata.namespace}.svc.${domain}`;
}

/** Whether istiod takes a rule for proxies of the reader's namespace at all, by its exportTo and selector. */
export function isVisible(
  { metadata, spec }: DestinationRuleObject,
  { namespace }: Pick<RuleReader, "namespace">,
): boolean {
  const exportTo = exportOf(spec);
  if (metadata.namespace === namespace) {
    return exportTo.size === 0 || [".", "*", namespace].some((each) => exportTo.has(each));
  }
  return exportTo.size === 0 || exportTo.has("*") || exportTo.has(namespace);
}

/** A rule with a workloadSelector is never exported. */
function exportOf(spec: DestinationRuleObject["spec"]): ReadonlySet<string> {
  return new Set(spec?.workloadSelector === undefined ? (spec?.exportTo ?? []) : ["."]);
}

function add(entries: Entry[], rule: DestinationRuleObject): void {
  const exportTo = exportOf(rule.spec);
  let separately = true;
  for (const entry of entries) {
    const covers = [...entry.exportTo].every((each) => exportTo.has(each));
    const equal = covers && exportTo.size === entry.exportTo.size;
    separately = !equal;
    if (!equal && !(covers && entry.exportTo.size > 0)) {
      continue;
    }
    const selectors = [entry.members[0], rule].map(({ spec }) => spec?.workloadSelector);
    const [one, other] = selectors.map((each) => JSON.stringify(sorted(each?.matchLabels)));
    if (selectors.every((each) => each !== undefined) && one !== other) {
      separately = true;
      continue;
    }
    if (selectors.every((each) => (each === undefined) === (selectors[0] === undefined))) {
      separately = false;
    }
    entry.members.push(rule);
    entry.policyFrom ??= rule.spec?.trafficPolicy === undefined ? undefined : rule;
  }
  if (separately) {
    const policyFrom = rule.spec?.trafficPolicy === undefined ? undefined : rule;
    entries.push({ members: [rule], policyFrom, exportTo });
  }
}

function sorted(labels: Record<string, string> = {}): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

function inOrder(a: DestinationRuleObject, b: DestinationRuleObject): number {
  const rank = ({ spec }: DestinationRuleObject): string =>
    spec?.workloadSelector === undefined ? "1" : "0";
  const key = (rule: DestinationRuleObject): string =>
    [rank(rule), rule.metadata.creationTimestamp, rule.metadata.name].join(" ");
  return key(a) < key(b) ? -1 : 1;
}
