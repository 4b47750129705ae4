/** Name and address of a node, by which its services know it. */
export interface NodeIdentity {
  name: string;
  address: string;
}

export const REGISTRY_PORT = 5000;
export const API_PORT = 6443;
export const KUBELET_PORT = 10_250;
/** Port on which kube-proxy tells whether it is healthy. */
export const KUBE_PROXY_PORT = 10_256;

/** Networks inside the node, which collide with nothing on the host. */
export const POD_CIDR = "10.244.0.0/16";
export const SERVICE_CIDR = "10.96.0.0/16";

/** Control group of a lab's node, with all that runs in it. */
export function cgroupName(lab: string): string {
  return `istio-idle-timeout-${lab}`;
}
