import { isIP } from "node:net";
import { formatDuration } from "../../../model/duration.ts";
import { connectionPoolSpec } from "../../../model/istio/destinationRule.ts";
import { RULE_NEVER_SINCE, RULE_SINCE } from "../../../model/istio/releases.ts";
import { serviceEntrySpec } from "../../../model/istio/serviceEntry.ts";
import { PASSTHROUGH, VIRTUAL_OUTBOUND } from "../../../model/istio/wellKnown.ts";
import type { Endpoint } from "../../../model/endpoint.ts";
import { isAtLeast, parseVersion } from "../../../model/version.ts";
import { relatedHosts } from "../beliefs/hosts.ts";
import { limits } from "../beliefs/entries.ts";
import { describeObject, referenceTo } from "../findings/finding.ts";
import type { DestinationRuleObject } from "../mesh/istioObjects.ts";
import type { RuleEffect } from "../sources/ruleSetting.ts";
import { describeSource } from "../sources/settings.ts";
import { hostOf } from "../traffic/address.ts";
import type { Choice, Manifest } from "./advice.ts";
import { drainCost, keptMetadata } from "./place.ts";
import type { Place } from "./place.ts";
import { describeTarget, freeName } from "./target.ts";

const API = "networking.istio.io/v1";
const SINCE = "it works from Istio 1.21 on";

/** The endpoint, as it was asked about and at the address that was looked at. */
export interface Goal {
  endpoint: Endpoint;
  address: string;
}

/**
 * A DestinationRule for the host that connections go to, with a ServiceEntry where the mesh knows none.
 *
 * @param effect of the rule that istiod takes now.
 * @returns the reason in place of a choice, where it would do nothing.
 */
export function ruleChoice(
  place: Place,
  effect: RuleEffect | undefined,
  goal: Goal,
): Choice | string {
  const { setBy, side, view, wantedMs } = place;
  const version = parseVersion(side.sidecar.istioVersion);
  const { istioVersion } = side.sidecar;
  if (version !== undefined && !isAtLeast(version, RULE_SINCE)) {
    return `a DestinationRule of Istio ${istioVersion} has no tcp.idleTimeout, which came with 1.21`;
  }
  if (version !== undefined && wantedMs === 0 && !isAtLeast(version, RULE_NEVER_SINCE)) {
    return `Istio ${istioVersion} refuses an idleTimeout of 0s in a DestinationRule, until 1.23.6`;
  }
  if (setBy?.kind === "EnvoyFilter") {
    return `a DestinationRule does nothing here: ${describeSource(setBy)} sets the timeout after it`;
  }
  const [cluster = ""] = view.effective.cluster.split(",");
  const host = hostOf(cluster);
  if (host === undefined) {
    return cluster === PASSTHROUGH
      ? entryAndRule(place, goal)
      : `a DestinationRule does nothing here: it is for hosts that the mesh knows, and connections go to ${cluster}`;
  }
  if (effect === undefined) {
    return newRule(place, host);
  }
  return effect.rule === undefined
    ? "DestinationRule: one holds for the host that could not be read, and another may take its place with all that it sets; set trafficPolicy.connectionPool.tcp.idleTimeout in that one"
    : changedRule(place, effect.rule.policyFrom ?? effect.rule.members[0]);
}

function newRule(place: Place, host: string): Choice {
  const { side, target } = place;
  return {
    means: "DestinationRule",
    about:
      `${SINCE}; it reaches connections to ${host}, of ${describeTarget(target)}; no restart, but open connections ` +
      `to it ${drainCost(side.sidecar)}`,
    objects: [ruleManifest(place, host)],
  };
}

function ruleManifest({ mesh, target, wantedMs }: Place, host: string): Manifest {
  const tcp = { idleTimeout: formatDuration(wantedMs) };
  const { workloadSelector, ...spec } = connectionPoolSpec(host, target.labels, tcp);
  const selective = Object.keys(target.labels).length > 0;
  const name = freeName("DestinationRule", target, `idle-timeout-${slug(host)}`, mesh.objects);
  return {
    apiVersion: API,
    kind: "DestinationRule",
    metadata: { name, namespace: target.namespace },
    spec: { ...spec, ...(selective && { workloadSelector }) },
  };
}

/** istiod takes one rule for a host: a second one would hide the first, with all that it sets. */
function changedRule({ side, wantedMs }: Place, rule: DestinationRuleObject): Choice {
  const { metadata, spec } = rule;
  const { host = "", trafficPolicy = {}, workloadSelector } = spec ?? {};
  const { connectionPool = {} } = trafficPolicy;
  const tcp = { ...connectionPool.tcp, idleTimeout: formatDuration(wantedMs) };
  const clients =
    workloadSelector === undefined
      ? "of all clients that take this rule"
      : `of the pods of namespace ${metadata.namespace} that it selects`;
  return {
    means: "DestinationRule",
    about:
      `${SINCE}; this one holds for the host already, and only its tcp.idleTimeout is changed here: change it where it is ` +
      `kept; it reaches connections to ${host}, ${clients}; no restart, but open connections to it ${drainCost(side.sidecar)}`,
    objects: [
      {
        apiVersion: API,
        kind: "DestinationRule",
        metadata: keptMetadata(rule),
        spec: {
          ...spec,
          trafficPolicy: { ...trafficPolicy, connectionPool: { ...connectionPool, tcp } },
        },
      },
    ],
  };
}

function entryAndRule(place: Place, { endpoint, address }: Goal): Choice | string {
  const { mesh, side, target, view } = place;
  const { domain } = side.sidecar;
  const { namespace, labels = {} } = side.pod.metadata;
  const reader = { namespace, labels, domain };
  const known = relatedHosts(mesh, endpoint, address, domain).find(({ entry }) => entry)?.entry;
  if (known !== undefined) {
    const name = describeObject(referenceTo("ServiceEntry", known.metadata));
    return `a DestinationRule does nothing here: ${name} is for the endpoint, and connections do not go by it`;
  }
  const limit = mesh.objects.Sidecar.find((each) =>
    limits(each, { reader, rootNamespace: mesh.meshConfig.rootNamespace }),
  );
  if (limit !== undefined && !reaches(limit.spec?.egress, namespace)) {
    return `a ServiceEntry would not reach the pod: ${describeObject(referenceTo("Sidecar", limit.metadata))} limits the hosts that its sidecar knows`;
  }
  const named = isIP(endpoint.host) === 0;
  if (named && view.listener.name !== VIRTUAL_OUTBOUND) {
    return `a ServiceEntry for ${endpoint.host} would share port ${endpoint.port} with listener ${view.listener.name}, so that it can't be told which one takes a connection`;
  }
  const host = named
    ? endpoint.host.toLowerCase().replace(/\.$/, "")
    : `endpoint-${slug(address)}-${endpoint.port}.${namespace}.internal`;
  const name = freeName("ServiceEntry", target, slug(host), mesh.objects);
  const entry: Manifest = {
    apiVersion: API,
    kind: "ServiceEntry",
    metadata: { name, namespace },
    spec: serviceEntrySpec(endpoint, host),
  };
  return {
    means: "DestinationRule",
    about:
      `${SINCE}; the ServiceEntry makes the host known to namespace ${namespace}, and the DestinationRule reaches connections to it, of ${describeTarget(target)}; ` +
      (named
        ? `as the name's addresses are not known beforehand, every connection of the namespace to port ${endpoint.port} at any address then counts as one to ${host}; `
        : "") +
      "no restart, and open connections stay, with the timeout that they have",
    objects: [entry, ruleManifest(place, host)],
  };
}

function reaches(egress: { hosts?: string[] }[] = [], namespace: string): boolean {
  const hosts = egress.flatMap((each) => each.hosts ?? []);
  return hosts.some((host) => ["./*", "*/*", `${namespace}/*`].includes(host));
}

/** A name that objects may have, of a host or address. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
