import { parseGoDuration } from "../../../model/istio/goDuration.ts";
import { finding, referenceTo } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { ConfigPatch, EnvoyFilterObject } from "../mesh/istioObjects.ts";
import { filtersFor } from "./filterOrder.ts";
import type { Workload } from "./filterOrder.ts";
import { missedFilter, missesOf, TCP_PROXY } from "./patchMatch.ts";
import type { Miss, PatchTarget } from "./patchMatch.ts";
import { readableDuration } from "./settings.ts";
import type { Setting } from "./settings.ts";
import { timeoutPatches } from "./timeoutPatch.ts";
import type { FilterSource, TimeoutPatch } from "./timeoutPatch.ts";

/** Effect of EnvoyFilters on a filter chain's idle timeout. */
export interface FilterEffect {
  /** In the order of their application. */
  settings: Setting[];
  /** The first of the settings, or none, stands in place of whatever istiod has put there itself. */
  replaces: boolean;
  /** Filters of which it can't be told whether they have an effect. */
  doubtful: FilterSource[];
  findings: Finding[];
}

/**
 * Applies the patches that are about the idle timeout, in istiod's order: all operations on the chain's list of filters
 * first, then the merges into each filter (`patchNetworkFilters` and `patchNetworkFilter` in
 * `pilot/pkg/networking/core/envoyfilter/listener_patch.go`).
 */
export function filterSettings(
  filters: readonly EnvoyFilterObject[],
  workload: Workload,
  target: PatchTarget,
): FilterEffect {
  const effect: FilterEffect = { settings: [], replaces: false, doubtful: [], findings: [] };
  const patches = filtersFor(filters, workload).flatMap((filter) =>
    timeoutPatches(filter, workload.rootNamespace),
  );
  let name = TCP_PROXY;
  const isMerge = ({ operation }: TimeoutPatch): boolean => operation === "MERGE";
  for (const each of [...patches.filter((one) => !isMerge(one)), ...patches.filter(isMerge)]) {
    if (!reaches(each, target, name, effect)) {
      continue;
    }
    const idleTimeoutMs = each.idleTimeout === null ? null : parseGoDuration(each.idleTimeout);
    if (!each.readableType || idleTimeoutMs === undefined) {
      effect.findings.push(unreadable(each));
      continue;
    }
    if (each.operation === "REPLACE") {
      effect.settings = [];
      effect.replaces = true;
    }
    if (idleTimeoutMs !== null) {
      effect.settings.push({ source: each.source, idleTimeoutMs });
    }
    name = each.renames ?? name;
  }
  return effect;
}

/** The patches of a filter that set the timeout of a chain's tcp_proxy, whatever other filters then do. */
export function reachingPatches(filter: EnvoyFilterObject, target: PatchTarget): ConfigPatch[] {
  return timeoutPatches(filter, "")
    .filter(
      ({ idleTimeout, operation, patch: { match = {} } }) =>
        ["MERGE", "REPLACE"].includes(operation) &&
        idleTimeout !== null &&
        missesOf(match, target).length === 0 &&
        missedFilter(match, TCP_PROXY) === undefined,
    )
    .map(({ patch }) => patch);
}

/** Whether a patch changes the tcp_proxy that is there; says why not. */
function reaches(
  each: TimeoutPatch,
  target: PatchTarget,
  filterName: string,
  effect: FilterEffect,
): boolean {
  const { operation, patch } = each;
  const match = patch.match ?? {};
  const misses = missesOf(match, target);
  if (misses.some(({ meantElsewhere }) => meantElsewhere)) {
    return false;
  }
  const missed = missedFilter(match, filterName);
  const all = missed === undefined ? misses : [...misses, missed];
  if (all.length > 0) {
    if (all.every(({ doubtful }) => doubtful)) {
      effect.doubtful.push(each.source);
    } else {
      effect.findings.push(...missedFinding(each, all));
    }
    return false;
  }
  const problem =
    operation === "REPLACE"
      ? match.listener?.filterChain?.filter === undefined &&
        "its operation REPLACE is passed over: it names no filter to replace"
      : operation !== "MERGE" &&
        `its operation ${operation} does not change the tcp_proxy that is there, and Envoy rejects a filter chain ` +
          "that has two";
  if (problem !== false) {
    const [object, fix] = [objectOf(each), "use the operation MERGE"];
    effect.findings.push(finding("IIT022", { object, reason: problem, fix }));
  }
  return problem === false;
}

function missedFinding(each: TimeoutPatch, misses: readonly Miss[]): Finding[] {
  const reasons = misses.map(({ reason }) => reason).join("; and ");
  const value = typeof each.idleTimeout === "string" ? each.idleTimeout : "null";
  return each.idleTimeout === null
    ? []
    : [
        finding("IIT021", {
          object: objectOf(each),
          reason: `its idle_timeout ${value} has no effect here: ${reasons}`,
          fix: misses.map(({ fix }) => fix).join("; and "),
        }),
      ];
}

function unreadable(each: TimeoutPatch): Finding {
  const { idleTimeout, readableType, type } = each;
  return finding("IIT023", {
    object: objectOf(each),
    ...(readableType
      ? {
          reason: `istiod can't read its idle_timeout ${JSON.stringify(idleTimeout)} and skips the patch`,
          fix: `write ${JSON.stringify(readableDuration(idleTimeout))}`,
        }
      : {
          reason: `istiod does not know its type ${type} and skips the patch`,
          fix: "write type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        }),
  });
}

function objectOf({ source }: TimeoutPatch) {
  return referenceTo("EnvoyFilter", source);
}
