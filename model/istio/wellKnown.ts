/** Container of Istio's proxy in a pod. */
export const PROXY_CONTAINER = "istio-proxy";

/** Istio's cluster for hosts that the mesh does not know. */
export const PASSTHROUGH = "PassthroughCluster";

/** Istio's cluster for hosts that the mesh does not know, where it lets nothing out to them. */
export const BLACK_HOLE = "BlackHoleCluster";

/** Istio's listener for every connection that no other one is for. */
export const VIRTUAL_OUTBOUND = "virtualOutbound";

/** Istio's listener for the connections that a sidecar's pod takes. */
export const VIRTUAL_INBOUND = "virtualInbound";
