import { parseDuration } from "../../../model/duration.ts";
import type { Finding } from "../finding.ts";
import type { DestinationRuleObject, TrafficPolicy } from "./istioObjects.ts";
import { describeSource } from "./settings.ts";
import type { Setting, Source } from "./settings.ts";

/** A DestinationRule by its name. */
export interface RuleReference {
  namespace: string;
  name: string;
}

/**
 * What the DestinationRule of a cluster does to its listener's idle timeout. The listener reads the
 * top-level trafficPolicy alone (`buildOutboundNetworkFilters...` in
 * `pilot/pkg/networking/core/networkfilter.go`).
 *
 * @param reference the one that istiod chose, as it stands in the cluster's metadata.
 * @param rules those of its namespace; undefined where they may not be looked at.
 */
export function ruleSetting(
  reference: RuleReference,
  rules: readonly DestinationRuleObject[] | undefined,
): { setting?: Setting; findings: Finding[] } {
  if (rules === undefined) {
    const source: Source = { kind: "DestinationRule", ...reference };
    return { setting: { source, idleTimeoutMs: undefined }, findings: [] };
  }
  const chosen = rules.find(({ metadata }) => metadata.name === reference.name);
  if (chosen === undefined) {
    return { findings: [] };
  }
  // Rules for one host are merged: the oldest one that has a trafficPolicy gives it.
  const merged = [chosen, ...rules.filter((rule) => rule !== chosen).sort(byAge)].filter(
    ({ spec }) => spec?.host === chosen.spec?.host,
  );
  const rule = merged.find(({ spec }) => spec?.trafficPolicy !== undefined) ?? chosen;
  const { name, namespace } = rule.metadata;
  const source: Source = { kind: "DestinationRule", namespace, name };
  const text = idleTimeoutOf(rule.spec?.trafficPolicy);
  return {
    ...(text !== undefined && { setting: { source, idleTimeoutMs: readIdleTimeout(text) } }),
    findings: merged.flatMap(ignoredPlaces),
  };
}

/** Idle timeouts in places that only the cluster reads. */
function ignoredPlaces({ metadata: { name, namespace }, spec }: DestinationRuleObject): Finding[] {
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
  return places.flatMap(({ place, text }) =>
    text === undefined
      ? []
      : [
          {
            subject: describeSource({ kind: "DestinationRule", namespace, name }),
            problem: `its idleTimeout ${text} under ${place} has no effect: the listener reads the top level alone`,
            remedy: "move it to trafficPolicy.connectionPool.tcp.idleTimeout",
          },
        ],
  );
}

function idleTimeoutOf(policy: TrafficPolicy | undefined): string | undefined {
  return policy?.connectionPool?.tcp?.idleTimeout;
}

/** The API server takes Go durations and protobuf's. */
function readIdleTimeout(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

function byAge(a: DestinationRuleObject, b: DestinationRuleObject): number {
  return a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1;
}
