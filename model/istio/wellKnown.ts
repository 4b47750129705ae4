/** Istio's cluster for hosts that the mesh does not know. */
export const PASSTHROUGH = "PassthroughCluster";

/** Istio's listener for every connection that no other one is for. */
export const VIRTUAL_OUTBOUND = "virtualOutbound";
