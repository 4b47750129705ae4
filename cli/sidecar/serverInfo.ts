/** Envoy's `server_info`, in the parts that are read here. */
export interface ServerInfo {
  version?: string;
  command_line_options?: { drain_time?: string };
  node?: {
    /** `sidecar~10.0.0.7~web-0.shop~shop.svc.cluster.local`; a gateway's begins with `router`. */
    id?: string;
    /** Metadata that the sidecar sends to istiod. */
    metadata?: Record<string, unknown> & {
      ISTIO_VERSION?: string;
      IDLE_TIMEOUT?: string;
      PROXY_CONFIG?: { discoveryAddress?: string };
    };
  };
}

/** Versions of a sidecar. */
export interface ProxyVersions {
  istioVersion: string;
  envoyVersion: string;
}

export function versionsOf({ node, version }: ServerInfo): ProxyVersions {
  return {
    istioVersion: node?.metadata?.ISTIO_VERSION ?? "unknown",
    // "<commit>/1.40.0/Clean/RELEASE/BoringSSL"
    envoyVersion: version?.split("/")[1] ?? version ?? "unknown",
  };
}
