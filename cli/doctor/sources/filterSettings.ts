import { parseProtobufDuration } from "../../sidecar/proxyConfig.ts";
import type { Finding } from "../finding.ts";
import { filtersFor, selectsPod } from "./filterOrder.ts";
import type { Workload } from "./filterOrder.ts";
import type { ConfigPatch, EnvoyFilterObject } from "./istioObjects.ts";
import { missOf } from "./patchMatch.ts";
import type { PatchTarget } from "./patchMatch.ts";
import { describeSource } from "./settings.ts";
import type { Setting, Source } from "./settings.ts";

/** A patch that is about the idle timeout. */
interface TimeoutPatch {
  source: Source;
  patch: ConfigPatch;
  /** As it is written; null merges nothing. */
  idleTimeout: string | null;
}

/**
 * What EnvoyFilters do to the idle timeout of a filter chain, in the order of their application, and which
 * of those that are about it can't.
 *
 * @returns `replaces`: the first of the settings stands in place of whatever istiod has put there itself.
 */
export function filterSettings(
  filters: readonly EnvoyFilterObject[],
  workload: Workload,
  target: PatchTarget,
): { settings: Setting[]; replaces: boolean; findings: Finding[] } {
  const findings: Finding[] = [];
  const applied: { merges: boolean; setting: Setting | undefined }[] = [];
  for (const each of filtersFor(filters, workload).flatMap((one) =>
    timeoutPatches(one, workload),
  )) {
    const { source, patch, idleTimeout } = each;
    const operation = patch.patch?.operation ?? "INVALID";
    const merges = operation === "MERGE";
    const missed = missOf(patch.match ?? {}, target);
    const found = (problem: string, remedy: string): void => {
      findings.push({ subject: describeSource(source), problem, remedy });
    };
    if (missed !== undefined) {
      if (!missed.meantElsewhere) {
        found(
          `its idle_timeout ${idleTimeout ?? "null"} has no effect here: ${missed.reason}`,
          missed.remedy,
        );
      }
    } else if (!merges && operation !== "REPLACE") {
      found(
        `its operation ${operation} does not change the tcp_proxy that is there`,
        "use the operation MERGE",
      );
    } else if (idleTimeout === null) {
      // A merge of nothing leaves what is there; a replacement does not.
      if (!merges) {
        applied.push({ merges, setting: undefined });
      }
    } else {
      try {
        const idleTimeoutMs = parseProtobufDuration(idleTimeout);
        applied.push({ merges, setting: { source, idleTimeoutMs } });
      } catch {
        found(
          `its idle_timeout ${JSON.stringify(idleTimeout)} is not in seconds, so that istiod drops the patch`,
          "write it in seconds, such as 86400s",
        );
      }
    }
  }
  // istiod replaces before it merges.
  const replacements = applied.filter(({ merges }) => !merges);
  const last = replacements.at(-1);
  const effective = [
    ...(last === undefined ? [] : [last]),
    ...applied.filter(({ merges }) => merges),
  ];
  return {
    settings: effective.flatMap(({ setting }) => setting ?? []),
    replaces: last !== undefined,
    findings,
  };
}

/**
 * Filters in the pod's own namespace that set an idle timeout and miss the pod by a label that it has not at
 * all, or by `targetRefs`. One that asks for another value of a label is meant for other pods.
 */
export function unselected(
  filters: readonly EnvoyFilterObject[],
  workload: Workload,
): EnvoyFilterObject[] {
  const { labels, namespace } = workload;
  return filters
    .filter(({ metadata }) => metadata.namespace === namespace)
    .filter((filter) => !selectsPod(filter, workload))
    .filter(({ spec }) => {
      const wanted = Object.entries(spec?.workloadSelector?.labels ?? {});
      return wanted.every(([key, value]) => [undefined, value].includes(labels[key]));
    })
    .filter((filter) =>
      timeoutPatches(filter, workload).some(({ idleTimeout }) => idleTimeout !== null),
    );
}

function timeoutPatches(filter: EnvoyFilterObject, { rootNamespace }: Workload): TimeoutPatch[] {
  const { name, namespace } = filter.metadata;
  const root = namespace === rootNamespace && { root: true as const };
  const source: Source = { kind: "EnvoyFilter", namespace, name, ...root };
  return (filter.spec?.configPatches ?? []).flatMap((patch) => {
    const value = patch.patch?.value?.typed_config;
    if (patch.applyTo !== "NETWORK_FILTER" || value?.["@type"]?.endsWith(".TcpProxy") !== true) {
      return [];
    }
    const idleTimeout = value.idle_timeout ?? value.idleTimeout ?? null;
    const about = idleTimeout !== null || patch.patch?.operation === "REPLACE";
    return about ? [{ source, patch, idleTimeout }] : [];
  });
}
