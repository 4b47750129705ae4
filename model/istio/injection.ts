/** Request of a pod for the sidecar that Istio injects into it. */
export interface InjectionRequest {
  /** Proxy image in place of the mesh's own. */
  proxyImage?: string | undefined;
  /** Environment of the proxy, by name. */
  proxyMetadata?: Readonly<Record<string, string>> | undefined;
  /** Port of destinations whose connections bypass the sidecar. */
  excludedPort?: number | undefined;
}

/** Annotation with the ports whose connections bypass the sidecar. */
export const EXCLUDED_PORTS_ANNOTATION = "traffic.sidecar.istio.io/excludeOutboundPorts";

/**
 * Merges several requests into the annotations of one pod: Istio reads all metadata from one annotation.
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
    // Istio reads YAML, of which JSON is a subset.
    annotations["proxy.istio.io/config"] = JSON.stringify({ proxyMetadata });
  }
  return annotations;
}
