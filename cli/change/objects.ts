/** Objects that the experiment creates in the cluster. */
import { protobufDuration } from "../../model/duration.ts";
import { mergeIntoOutboundTcpProxy } from "../../model/istio/envoyFilter.ts";
import type { EnvoyFilterSpec } from "../../model/istio/envoyFilter.ts";
import { evidenceSpec } from "../../model/istio/evidence.ts";
import type { Workload } from "./record.ts";
import type { WorkloadTemplate } from "./fromStack.ts";

const WORKLOAD_LABEL = "istio-idle-timeout/workload";
const PROBE_LABELS = { "app.kubernetes.io/name": "probe" };

export const FILTER = "idle-timeout";

export const WORKLOADS: readonly Workload[] = ["changed", "untouched"];

export function labelsOf(workload: Workload): Record<string, string> {
  return { ...PROBE_LABELS, [WORKLOAD_LABEL]: workload };
}

export function namespaceObject(name: string, { namespaceLabels }: WorkloadTemplate): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: namespaceLabels } };
}

/** One pod with a sidecar. */
export function deploymentObject(
  workload: Workload,
  { annotations, podSpec }: WorkloadTemplate,
): object {
  const labels = labelsOf(workload);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: workload, labels },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, "sidecar.istio.io/inject": "true" }, annotations },
        spec: podSpec,
      },
    },
  };
}

/** Lets both workloads' sidecars tell why they closed a connection. */
export function evidenceObject(): object {
  return envoyFilter("evidence", evidenceSpec(PROBE_LABELS));
}

/** The change itself: for one of the two workloads only. */
export function timeoutObject(idleTimeoutMs: number): object {
  const fields = { idle_timeout: protobufDuration(idleTimeoutMs) };
  return envoyFilter(FILTER, mergeIntoOutboundTcpProxy(labelsOf("changed"), fields));
}

function envoyFilter(name: string, spec: EnvoyFilterSpec): object {
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name },
    spec,
  };
}
