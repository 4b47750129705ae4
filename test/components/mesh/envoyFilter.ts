import type { EnvoyFilterSpec } from "../../../model/istio/envoyFilter.ts";

export const ENVOY_FILTER = "kubernetes:networking.istio.io/v1alpha3:EnvoyFilter";

/** The whole EnvoyFilter that merges these fields, as Istio takes it. */
export function merging(fields: Record<string, unknown>, portNumber?: number) {
  return {
    workloadSelector: {
      labels: {
        "app.kubernetes.io/name": "probe",
        "istio-idle-timeout/sidecar": "true",
      },
    },
    configPatches: [
      {
        applyTo: "NETWORK_FILTER",
        match: {
          context: "SIDECAR_OUTBOUND",
          listener: {
            ...(portNumber !== undefined && { portNumber }),
            filterChain: { filter: { name: "envoy.filters.network.tcp_proxy" } },
          },
        },
        patch: {
          operation: "MERGE",
          value: {
            name: "envoy.filters.network.tcp_proxy",
            typed_config: {
              "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
              ...fields,
            },
          },
        },
      },
    ],
  };
}

/** Checks a manifest against the schema of Istio's own CRD. */
export async function validate(spec: EnvoyFilterSpec): Promise<void> {
  const { EnvoyFilter } =
    await import("@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter");
  new EnvoyFilter({ metadata: { name: "any", namespace: "any" }, spec }).validate();
}
