import type { ListedPod } from "../../../../cli/doctor/scan/podGroups.ts";

/** A pod `namespace/name` of a Deployment as a list has it, Running and Ready. */
export function listed(
  fullName: string,
  deployment: string | undefined,
  change: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    created?: string;
    image?: string;
    args?: readonly string[];
    phase?: string;
    ready?: boolean;
    sidecar?: boolean;
  } = {},
): ListedPod {
  const [namespace = "", name = ""] = fullName.split("/");
  const {
    annotations = {},
    args = [],
    created = "2026-01-01T00:00:00Z",
    image = "proxyv2:1",
  } = change;
  const { labels = {}, phase = "Running", ready = true, sidecar = true } = change;
  return {
    metadata: {
      ...{ name, namespace, labels, annotations, creationTimestamp: created },
      ...(deployment !== undefined && {
        ownerReferences: [{ kind: "ReplicaSet", name: `${deployment}-7d9f` }],
      }),
    },
    spec: {
      containers: [
        { name: "app" },
        ...(sidecar ? [{ name: "istio-proxy", image, args: [...args] }] : []),
      ],
    },
    status: { phase, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}
