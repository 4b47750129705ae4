import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { istio, kubernetes } from "../build/goBuilds.ts";
import { execContained } from "../base/exec.ts";
import type { EnvoyVersion } from "../build/envoys.ts";
import { ISTIO_HUB, PAUSE_IMAGE, REGISTRY } from "../build/images.ts";
import { proxyImageName } from "../build/proxies.ts";
import type { LabPaths } from "../base/paths.ts";
import { kubeconfig } from "./kubeconfig.ts";
import type { NodeIdentity } from "./identity.ts";
import { ISTIO_VERSION } from "../build/versions.ts";

/** Access to the cluster by the lab's own kubectl and istioctl. */
export class Cluster {
  constructor(
    private readonly paths: LabPaths,
    private readonly log: string,
  ) {}

  kubectl(args: string[], input?: string): Promise<string> {
    return this.run(join(kubernetes.dir, "kubectl"), args, input);
  }

  istioctl(args: string[]): Promise<string> {
    return this.run(join(istio.dir, "istioctl"), args);
  }

  private run(command: string, args: string[], input = ""): Promise<string> {
    return execContained(command, args, {
      env: { KUBECONFIG: this.paths.kubeconfig },
      log: this.log,
      input,
      timeoutMs: 300_000,
    });
  }
}

export function writeAdminKubeconfig(paths: LabPaths, node: NodeIdentity): void {
  const config = kubeconfig(paths.pki, "admin", node);
  writeFileSync(paths.kubeconfig, JSON.stringify(config, undefined, 2), { mode: 0o600 });
}

/** Waits for the API server, gives CoreDNS its rights and waits for the node. */
export async function awaitNode(cluster: Cluster, node: NodeIdentity): Promise<void> {
  await retry(60_000, () => cluster.kubectl(["get", "--raw", "/readyz"]));
  await cluster.kubectl(["apply", "-f", "-"], JSON.stringify(corednsRights));
  await retry(60_000, () => cluster.kubectl(["get", "node", node.name]));
  await cluster.kubectl(["wait", "--for=condition=Ready", `node/${node.name}`, "--timeout=120s"]);
}

/** Installs Istio's control plane, which injects sidecars with this Envoy. */
export async function installIstio(cluster: Cluster, envoy: EnvoyVersion): Promise<void> {
  const sidecar = `${REGISTRY}/${proxyImageName(envoy)}`;
  const settings = {
    profile: "minimal",
    hub: ISTIO_HUB,
    tag: ISTIO_VERSION,
    "values.global.proxy.image": sidecar,
    "values.global.proxy_init.image": sidecar,
    // Upstream Envoy has none of Istio's own filters, and rejects a listener that names one.
    "values.pilot.env.PILOT_ENABLE_METADATA_EXCHANGE": "false",
    "values.pilot.env.PILOT_ENABLE_ALPN_FILTER": "false",
    "values.telemetry.enabled": "false",
    "values.pilot.autoscaleEnabled": "false",
  };
  const flags = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  await cluster.istioctl(["install", "--skip-confirmation", ...flags]);
}

/** Proves that a pod in a labelled namespace gets a sidecar and that the sidecar becomes Ready. */
export async function checkInjection(cluster: Cluster): Promise<void> {
  const namespace = "lab-injection-check";
  const objects = [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: { "istio-injection": "enabled" } },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "check", namespace },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: "check", image: PAUSE_IMAGE }],
      },
    },
  ];
  const remove = ["delete", "namespace", namespace, "--ignore-not-found"];
  // An interrupted check may have left its namespace, or left it being deleted.
  await cluster.kubectl([...remove, "--timeout=60s"]);
  try {
    for (const object of objects) {
      // The default service account of a new namespace takes a moment.
      await retry(20_000, () => cluster.kubectl(["apply", "-f", "-"], JSON.stringify(object)));
    }
    await cluster.kubectl([
      "wait",
      "--for=condition=Ready",
      "pod/check",
      "-n",
      namespace,
      "--timeout=120s",
    ]);
    const containers = await cluster.kubectl([
      "get",
      "pod/check",
      "-n",
      namespace,
      "-o=jsonpath={.spec.initContainers[*].name} {.spec.containers[*].name}",
    ]);
    if (!containers.split(" ").includes(PROXY_CONTAINER)) {
      throw new Error(`the pod got no sidecar; its containers: ${containers}`);
    }
  } finally {
    await cluster.kubectl([...remove, "--wait=false"]);
  }
}

async function retry<T>(limitMs: number, action: () => Promise<T>): Promise<T> {
  for (const since = Date.now(); ;) {
    try {
      return await action();
    } catch (error) {
      if (Date.now() - since > limitMs) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

const corednsRights = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "system:coredns" },
      rules: [
        {
          apiGroups: [""],
          resources: ["endpoints", "services", "pods", "namespaces"],
          verbs: ["list", "watch"],
        },
        {
          apiGroups: ["discovery.k8s.io"],
          resources: ["endpointslices"],
          verbs: ["list", "watch"],
        },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "system:coredns" },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "system:coredns",
      },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "system:coredns" }],
    },
  ],
};
