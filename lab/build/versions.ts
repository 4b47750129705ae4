/** Versions of the lab's parts; `go/<name>/go.mod` and `go.sum` pin the Go modules. */
export const KUBERNETES_VERSION = "v1.34.4";
export const ISTIO_VERSION = "1.31-dev";
export const PULUMI_VERSION = "v3.250.0";
export const DEBIAN_SUITE = "bookworm";

/** Debian packages of the image that compiles, with the libraries that its programs load. */
export const COMPILER_PACKAGES = [
  "binutils",
  "binutils-x86-64-linux-gnu",
  "cpp-12",
  "gcc",
  "gcc-12",
  "libc6-dev",
  "libgcc-12-dev",
  "libgmp10",
  "libisl23",
  "libmpc3",
  "libmpfr6",
  "libzstd1",
  "linux-libc-dev",
  "zlib1g",
];

/** Debian packages of the images of servers that stacks run outside of the cluster. */
export const SERVER_PACKAGES = ["mariadb-client-core", "mariadb-server-core", "memcached"];

/** Debian packages in the node's root filesystem, beside the minimal system. */
export const NODE_PACKAGES = [
  "busybox-static",
  "ca-certificates",
  "conntrack",
  "containerd",
  "containernetworking-plugins",
  "docker-registry",
  "docker.io",
  "etcd-server",
  "ethtool",
  "iproute2",
  "iptables",
  "kmod",
  "procps",
  "redis-server",
  "runc",
  "socat",
];
