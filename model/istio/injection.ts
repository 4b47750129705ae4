/** What a pod asks of the sidecar that Istio injects into it, and of no other one. */
export interface InjectionRequest {
  /** Image in place of the mesh's own. */
  proxyImage?: string | undefined;
  /** Environment of the proxy, by name. */
  proxyMetadata?: Readonly<Record<string, string>> | undefined;
  /** Port of destinations to which connections go past the sidecar. */
  excludedPort?: number | undefined;
}

/** Annotation with the ports whose connections go past the sidecar. */
export const EXCLUDED_PORTS_ANNOTATION = "traffic.sidecar.istio.io/excludeOutboundPorts";

/**
 * The annotations of several requests together: all metadata has to stand in the one that Istio reads.
 *
 * https://istio.io/latest/docs/reference/config/annotations/
 */
export function injectionAnnotations(
  requests: readonly InjectionRequest[],
): Record<string, string> {
  const annotations: Record<string, string> = {};
  const metadata = requests.flatMap(({ proxyMetadata = {} }) => Object.entries(proxyMetadata));
  for (const { proxyImage, excludedPort } of requests) {
    if (proxyImage !== undefined) {
      annotations["sidecar.istio.io/proxyImage"] = proxyImage;
    }
    if (excludedPort !== undefined) {
      annotations[EXCLUDED_PORTS_ANNOTATION] = String(excludedPort);
    }
  }
  if (metadata.length > 0) {
    const proxyMetadata = Object.fromEntries(metadata.sort(([a], [b]) => (a < b ? -1 : 1)));
    // YAML is asked for, of which JSON is a part.
    annotations["proxy.istio.io/config"] = JSON.stringify({ proxyMetadata });
  }
  return annotations;
}
