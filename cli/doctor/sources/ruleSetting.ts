import { parseGoDuration } from "../../../model/istio/goDuration.ts";
import { finding, referenceTo } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { DestinationRuleObject, TrafficPolicy } from "../mesh/istioObjects.ts";
import { mergedRule } from "./ruleMerge.ts";
import type { MergedRule, RuleReader } from "./ruleMerge.ts";
import type { Setting, Source } from "./settings.ts";

/** A DestinationRule by its name. */
export interface RuleReference {
  namespace: string;
  name: string;
}

/** Effect of a cluster's DestinationRule on the idle timeout of the listener that leads to it. */
export interface RuleEffect {
  setting?: Setting;
  /** Undefined where the rule could not be looked at, or is gone. */
  rule?: MergedRule;
  findings: Finding[];
}

/**
 * The listener reads the top-level trafficPolicy alone (`buildOutboundNetworkFiltersWithSingleDestination` in
 * `pilot/pkg/networking/core/networkfilter.go`).
 *
 * @param reference the one that istiod chose, as it stands in the cluster's metadata.
 * @param rules those of its namespace; undefined where they may not be looked at.
 */
export function ruleSetting(
  reference: RuleReference,
  rules: readonly DestinationRuleObject[] | undefined,
  reader: RuleReader,
): RuleEffect {
  if (rules === undefined) {
    const source: Source = { kind: "DestinationRule", ...reference };
    return { setting: { source, idleTimeoutMs: undefined }, findings: [] };
  }
  const rule = mergedRule(rules, reference.name, reader);
  if (rule === undefined) {
    return { findings: [] };
  }
  const { metadata, spec } = rule.policyFrom ?? rule.members[0];
  const source: Source = {
    kind: "DestinationRule",
    namespace: metadata.namespace,
    name: metadata.name,
  };
  const idleTimeoutMs = parseGoDuration(idleTimeoutOf(spec?.trafficPolicy));
  return {
    ...(idleTimeoutMs !== undefined && { setting: { source, idleTimeoutMs } }),
    rule,
    findings: rule.members.flatMap((member) => ignoredPlaces(member, idleTimeoutMs === undefined)),
  };
}

/**
 * Idle timeouts in places that the listener does not read.
 *
 * @param unset whether the rule sets none where it is read.
 */
function ignoredPlaces({ metadata, spec }: DestinationRuleObject, unset: boolean): Finding[] {
  const object = referenceTo("DestinationRule", metadata);
  const places = [
    ...(spec?.trafficPolicy?.portLevelSettings ?? []).map((policy) => ({
      place: "portLevelSettings",
      text: idleTimeoutOf(policy),
    })),
    ...(spec?.subsets ?? []).map((subset) => ({
      place: `subset ${subset.name ?? "without a name"}`,
      text: idleTimeoutOf(subset.trafficPolicy),
    })),
  ];
  const http = spec?.trafficPolicy?.connectionPool?.http?.idleTimeout;
  return [
    ...places.flatMap(({ place, text }) =>
      text === undefined
        ? []
        : finding("IIT030", {
            object,
            reason: `its idleTimeout ${text} under ${place} has no effect: the listener reads the top level alone`,
            fix: "move it to trafficPolicy.connectionPool.tcp.idleTimeout",
          }),
    ),
    ...(http === undefined || !unset
      ? []
      : [
          finding("IIT031", {
            object,
            reason: `its idleTimeout ${http} under connectionPool.http is for HTTP connections; these are TCP`,
            fix: "set trafficPolicy.connectionPool.tcp.idleTimeout",
          }),
        ]),
  ];
}

export function idleTimeoutOf(policy: TrafficPolicy | undefined): string | undefined {
  return policy?.connectionPool?.tcp?.idleTimeout;
}
