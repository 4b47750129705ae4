import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAUSE_IMAGE } from "../build/images.ts";

/** The node as its services have to know it. */
export interface NodeIdentity {
  name: string;
  address: string;
}

/** Only inside the node, so they collide with nothing of the host's. */
const POD_CIDR = "10.244.0.0/16";
const SERVICE_CIDR = "10.96.0.0/16";
export const REGISTRY_PORT = 5000;
export const API_PORT = 6443;
export const KUBELET_PORT = 10_250;
/** Where kube-proxy says whether it is healthy. */
export const KUBE_PROXY_PORT = 10_256;
/** Inside the node; the host sees it in the lab's `run` folder. */
const DOCKER_SOCKET = "/run/lab/docker.sock";
const CONTAINERD = "/run/containerd/containerd.sock";

interface Service {
  name: string;
  argv: string[];
  env?: string[];
  waitFor?: string[];
}

/** The node's programs, in the order in which they are started. */
export function services(node: NodeIdentity, cgroup: string): Service[] {
  const etcd = "127.0.0.1:2379";
  const api = `${node.address}:${API_PORT}`;
  const pki = (file: string): string => `/etc/lab-pki/${file}`;
  const component = (name: string, ...flags: string[]): string[] => [
    `/opt/kubernetes/${name}`,
    ...flags,
  ];
  const client = (user: string): string => `--kubeconfig=/etc/lab/${user}.kubeconfig`;
  return [
    {
      name: "etcd",
      argv: [
        "etcd",
        "--data-dir=/var/lib/etcd/data",
        `--listen-client-urls=https://${etcd}`,
        `--advertise-client-urls=https://${etcd}`,
        "--client-cert-auth",
        `--trusted-ca-file=${pki("etcd-ca.crt")}`,
        `--cert-file=${pki("etcd.crt")}`,
        `--key-file=${pki("etcd.key")}`,
        // It has no peers, but listens for some.
        "--listen-peer-urls=https://127.0.0.1:2380",
        "--peer-client-cert-auth",
        `--peer-trusted-ca-file=${pki("etcd-ca.crt")}`,
        `--peer-cert-file=${pki("etcd.crt")}`,
        `--peer-key-file=${pki("etcd.key")}`,
      ],
    },
    { name: "containerd", argv: ["containerd", "--config=/etc/lab/containerd.toml"] },
    {
      name: "docker",
      argv: [
        "dockerd",
        `--host=unix://${DOCKER_SOCKET}`,
        `--cgroup-parent=/${cgroup}/docker`,
        "--exec-opt=native.cgroupdriver=cgroupfs",
        "--storage-driver=overlay2",
        // Containers outlive a daemon that is killed.
        "--live-restore",
        // Lowering it needs CAP_SYS_RESOURCE, which not every host gives.
        "--oom-score-adjust=0",
      ],
    },
    { name: "registry", argv: ["docker-registry", "serve", "/etc/lab/registry.yml"] },
    {
      name: "kube-apiserver",
      waitFor: [etcd],
      argv: component(
        "kube-apiserver",
        `--etcd-servers=https://${etcd}`,
        `--etcd-cafile=${pki("etcd-ca.crt")}`,
        `--etcd-certfile=${pki("apiserver-etcd-client.crt")}`,
        `--etcd-keyfile=${pki("apiserver-etcd-client.key")}`,
        "--bind-address=0.0.0.0",
        `--advertise-address=${node.address}`,
        `--secure-port=${API_PORT}`,
        `--tls-cert-file=${pki("apiserver.crt")}`,
        `--tls-private-key-file=${pki("apiserver.key")}`,
        `--client-ca-file=${pki("ca.crt")}`,
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        `--service-cluster-ip-range=${SERVICE_CIDR}`,
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        `--service-account-signing-key-file=${pki("service-account.key")}`,
        `--service-account-key-file=${pki("service-account.pub")}`,
        `--kubelet-certificate-authority=${pki("ca.crt")}`,
        `--kubelet-client-certificate=${pki("apiserver-kubelet-client.crt")}`,
        `--kubelet-client-key=${pki("apiserver-kubelet-client.key")}`,
        "--kubelet-preferred-address-types=InternalIP",
      ),
    },
    {
      name: "kube-controller-manager",
      waitFor: [api],
      argv: component(
        "kube-controller-manager",
        client("controller-manager"),
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--use-service-account-credentials=true",
        `--service-account-private-key-file=${pki("service-account.key")}`,
        `--root-ca-file=${pki("ca.crt")}`,
      ),
    },
    {
      name: "kube-scheduler",
      waitFor: [api],
      argv: component(
        "kube-scheduler",
        client("scheduler"),
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
      ),
    },
    {
      name: "kubelet",
      waitFor: [api, `127.0.0.1:${REGISTRY_PORT}`],
      argv: component(
        "kubelet",
        client("kubelet"),
        "--config=/etc/lab/kubelet.json",
        `--node-ip=${node.address}`,
        `--hostname-override=${node.name}`,
      ),
    },
    {
      name: "kube-proxy",
      waitFor: [api],
      argv: component(
        "kube-proxy",
        "--config=/etc/lab/kube-proxy.json",
        `--hostname-override=${node.name}`,
      ),
    },
    {
      name: "coredns",
      waitFor: [api],
      argv: ["/opt/kubernetes/coredns", "-conf", "/etc/lab/Corefile"],
    },
  ];
}

/** Writes the services' configuration files and kubeconfigs into `etc`. */
export function writeServiceConfigs(etc: string, pki: string, node: NodeIdentity): void {
  const cgroup = `istio-idle-timeout-${node.name}`;
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
  file("kubelet.json", kubeletConfig(node, cgroup));
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

/** A kubeconfig with the certificates inside, so that it is one file that can be handed on. */
export function kubeconfig(pki: string, user: string, node: NodeIdentity): object {
  const data = (name: string): string => readFileSync(join(pki, name)).toString("base64");
  const name = `lab-${node.name}`;
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: `https://${node.address}:${API_PORT}`,
          "certificate-authority-data": data("ca.crt"),
        },
      },
    ],
    users: [
      {
        name: user,
        user: {
          "client-certificate-data": data(`${user}.crt`),
          "client-key-data": data(`${user}.key`),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user } }],
  };
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

/** Every pod on a link of its own, all routed: nothing depends on how bridges meet iptables. */
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

function kubeletConfig(node: NodeIdentity, cgroup: string): object {
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
    cgroupRoot: `/${cgroup}`,
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

/** Names of the cluster; every other name is one of {@link rootZone}, or does not exist. */
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
 * The whole of the DNS outside the cluster: nobody asks further, so that the lab needs no network
 * beyond its host and each unknown name is a clear "does not exist". Times in seconds.
 */
function rootZone(node: NodeIdentity): string {
  return `$ORIGIN .
@ 60 IN SOA ${node.name}.lab. nobody.invalid. 1 60 60 60 60
${node.name}.lab. 60 IN A ${node.address}
`;
}
