import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAUSE_IMAGE } from "../build/images.ts";
import { cgroupName, KUBE_PROXY_PORT, KUBELET_PORT, POD_CIDR, REGISTRY_PORT } from "./identity.ts";
import type { NodeIdentity } from "./identity.ts";
import { kubeconfig } from "./kubeconfig.ts";

const CONTAINERD = "/run/containerd/containerd.sock";

/** Writes the services' configuration files and kubeconfigs into `etc`. */
export function writeServiceConfigs(etc: string, pki: string, node: NodeIdentity): void {
  const file = (name: string, content: unknown): void => {
    const text = typeof content === "string" ? content : JSON.stringify(content, undefined, 2);
    writeFileSync(join(etc, name), text, { mode: 0o600 });
  };
  mkdirSync(join(etc, "cni"), { recursive: true });
  for (const user of ["controller-manager", "scheduler", "kubelet", "proxy", "coredns"]) {
    file(`${user}.kubeconfig`, kubeconfig(pki, user, node));
  }
  file("containerd.toml", containerdConfig);
  file("cni/10-pods.conflist", cniConfig);
  file("kubelet.json", kubeletConfig(node));
  file("kube-proxy.json", {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    clusterCIDR: POD_CIDR,
    healthzBindAddress: `${node.address}:${KUBE_PROXY_PORT}`,
    clientConnection: { kubeconfig: "/etc/lab/proxy.kubeconfig" },
    // The limits are the host's, and the node must not change them.
    conntrack: { maxPerCore: 0, min: 0 },
    oomScoreAdj: 0,
  });
  file("registry.yml", registryConfig);
  file("Corefile", corefile(node));
  file("zone", rootZone(node));
}

const containerdConfig = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
  address = "${CONTAINERD}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # Where the host gives no CAP_SYS_RESOURCE, runc may not lower a sandbox's score.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/lab/cni"
  [plugins."io.containerd.grpc.v1.cri".registry.mirrors."localhost:${REGISTRY_PORT}"]
    endpoint = ["http://localhost:${REGISTRY_PORT}"]
`;

/** Gives every pod a routed link of its own, so that nothing depends on how bridges meet iptables. */
const cniConfig = {
  cniVersion: "1.0.0",
  name: "pods",
  plugins: [
    {
      type: "ptp",
      ipMasq: true,
      ipam: {
        type: "host-local",
        ranges: [[{ subnet: "10.244.0.0/24" }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

function kubeletConfig(node: NodeIdentity): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: node.address,
    port: KUBELET_PORT,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: "/etc/lab-pki/ca.crt" },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: "/etc/lab-pki/kubelet.crt",
    tlsPrivateKeyFile: "/etc/lab-pki/kubelet.key",
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroupName(node.name)}`,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    clusterDNS: [node.address],
    clusterDomain: "cluster.local",
    containerRuntimeEndpoint: `unix://${CONTAINERD}`,
    resolvConf: "/etc/resolv.conf",
    serializeImagePulls: false,
    // A full disk is the host's business; evicting a probe would void what it measures.
    evictionHard: {
      "memory.available": "100Mi",
      "nodefs.available": "1%",
      "nodefs.inodesFree": "1%",
      "imagefs.available": "1%",
    },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  };
}

const registryConfig = `version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: /var/lib/registry}
  delete: {enabled: true}
http: {addr: ":${REGISTRY_PORT}"}
`;

/** Configures CoreDNS: a name is one of the cluster or of {@link rootZone}, or does not exist. */
function corefile(node: NodeIdentity): string {
  return `cluster.local in-addr.arpa {
  bind ${node.address}
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig /etc/lab/coredns.kubeconfig lab-${node.name}
  }
}
. {
  bind ${node.address}
  errors
  file /etc/lab/zone . {
    reload 0
  }
}
`;
}

/**
 * Makes the whole of the DNS outside the cluster. CoreDNS asks nobody else, so the lab needs no network beyond
 * its host, and the answer for each unknown name is a clear "does not exist". Times in seconds.
 */
function rootZone(node: NodeIdentity): string {
  return `$ORIGIN .
@ 60 IN SOA ${node.name}.lab. nobody.invalid. 1 60 60 60 60
${node.name}.lab. 60 IN A ${node.address}
`;
}
