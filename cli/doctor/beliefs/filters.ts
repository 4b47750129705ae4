/** EnvoyFilters that set an idle timeout which never reaches the pod's TCP connections. */
import { finding, referenceTo } from "../findings/finding.ts";
import type { Finding } from "../findings/finding.ts";
import type { Mesh } from "../mesh/mesh.ts";
import type { ConfigPatch, EnvoyFilterObject } from "../mesh/istioObjects.ts";
import { isInjected } from "./injected.ts";
import { filtersFor, selectsPod } from "../sources/filterOrder.ts";
import type { Workload } from "../sources/filterOrder.ts";
import { timeoutPatches } from "../sources/timeoutPatch.ts";

export function uselessFilters({ objects }: Mesh, workload: Workload): Finding[] {
  return objects.EnvoyFilter.filter((filter) => narrowlyMissed(filter, workload)).map((one) =>
    notSelected(one, workload),
  );
}

/** Filters in a namespace from which none reaches the pod. */
export function astrayFilters(mesh: Mesh, workload: Workload): Finding[] {
  return mesh.objects.EnvoyFilter.filter((filter) => isAstray(filter, workload, mesh)).map((one) =>
    astray(one, workload),
  );
}

/** A filter in the pod's namespace that misses it by a label that it has not at all, or by targetRefs. */
function narrowlyMissed(filter: EnvoyFilterObject, workload: Workload): boolean {
  const { labels, namespace } = workload;
  const wanted = Object.entries(filter.spec?.workloadSelector?.labels ?? {});
  return (
    filter.metadata.namespace === namespace &&
    !selectsPod(filter, workload) &&
    // One that asks for another value of a label is meant for other pods.
    wanted.every(([key, value]) => [undefined, value].includes(labels[key])) &&
    setsTimeout(filter)
  );
}

/**
 * A filter in a namespace from which none reaches the pod, and that seems meant for it: it selects the pod's labels, or
 * everything from a namespace whose own pods have no sidecars.
 */
function isAstray(filter: EnvoyFilterObject, workload: Workload, { objects }: Mesh): boolean {
  const { namespace } = filter.metadata;
  const injected = isInjected(objects.Namespace, namespace);
  const selective = Object.keys(filter.spec?.workloadSelector?.labels ?? {}).length > 0;
  return (
    ![workload.namespace, workload.rootNamespace].includes(namespace) &&
    selectsPod(filter, workload) &&
    !(injected ?? !selective) &&
    setsTimeout(filter)
  );
}

function setsTimeout(filter: EnvoyFilterObject): boolean {
  return timeoutPatches(filter, "").some(({ idleTimeout }) => idleTimeout !== null);
}

function notSelected({ metadata, spec }: EnvoyFilterObject, { labels }: Workload): Finding {
  const object = referenceTo("EnvoyFilter", metadata);
  if ((spec?.targetRefs ?? []).length > 0) {
    const reason = "it has targetRefs, which are for gateways, so that no sidecar takes it";
    return finding("IIT024", { object, reason, fix: "use a workloadSelector in their place" });
  }
  const missing = Object.entries(spec?.workloadSelector?.labels ?? {})
    .filter(([key, value]) => labels[key] !== value)
    .map((label) => label.join("="));
  return finding("IIT024", {
    object,
    reason: `its workloadSelector does not select the pod, which has not ${missing.join(", ")}`,
    fix: "correct it, or the labels in the workload's pod template, if it is meant for this pod",
  });
}

function astray({ metadata }: EnvoyFilterObject, { namespace, rootNamespace }: Workload): Finding {
  return finding("IIT025", {
    object: referenceTo("EnvoyFilter", metadata),
    reason:
      `its idle_timeout does not reach the pod: istiod applies filters of the root namespace ${rootNamespace} and of ` +
      `the pod's own, ${namespace}, and no selector reaches further`,
    fix: `put it into ${namespace}, or into ${rootNamespace} for the whole mesh`,
  });
}

/** Patches that set an idle timeout of something else, which the dump then shows. */
export function otherTimeouts({ objects }: Mesh, workload: Workload, cluster: string): Finding[] {
  return filtersFor(objects.EnvoyFilter, workload).flatMap((filter) =>
    (filter.spec?.configPatches ?? []).flatMap((patch) => {
      const what = otherTimeout(patch, cluster);
      return what === undefined
        ? []
        : finding("IIT026", {
            object: referenceTo("EnvoyFilter", filter.metadata),
            reason: `the ${what} that it sets is for HTTP, and does nothing for these TCP connections`,
            fix: "merge idle_timeout into envoy.filters.network.tcp_proxy",
          });
    }),
  );
}

function otherTimeout({ applyTo, match, patch }: ConfigPatch, cluster: string): string | undefined {
  const text = JSON.stringify(patch?.value ?? {});
  const context = match?.context ?? "ANY";
  const outbound = context === "ANY" || context === "SIDECAR_OUTBOUND";
  const { service } = (match as { cluster?: { service?: string } } | undefined)?.cluster ?? {};
  if (!outbound || (service !== undefined && !cluster.includes(service))) {
    return undefined;
  }
  if (applyTo === "CLUSTER" && /"idle_?timeout"/i.test(text)) {
    return "idle_timeout of the cluster";
  }
  const manager = text.includes("HttpConnectionManager");
  const [, field] = /"((?:stream_?)?idle_?timeout)"/i.exec(text) ?? [];
  return applyTo === "NETWORK_FILTER" && manager && field !== undefined
    ? `${field} of http_connection_manager`
    : undefined;
}
