import { API_PORT, REGISTRY_PORT, SERVICE_CIDR } from "./identity.ts";
import type { NodeIdentity } from "./identity.ts";

/** Socket inside the node; the host sees it in the lab's `run` folder. */
const DOCKER_SOCKET = "/run/lab/docker.sock";

/** A program of the node, as `lab/go/node` reads it. */
interface Service {
  name: string;
  argv: string[];
  /** Addresses that have to take connections before it is started. */
  waitFor?: string[];
}

/** Lists the node's programs in the order in which they are started. */
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
