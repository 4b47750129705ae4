import type {
  DestinationRuleObject,
  EnvoyFilterObject,
  ServiceEntryObject,
  ServiceObject,
  SidecarObject,
} from "../../../cli/doctor/mesh/istioObjects.ts";
import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import type { Kubectl } from "../../../cli/cluster/kubectl.ts";
import { mergeIntoOutboundTcpProxy } from "../../../model/istio/envoyFilter.ts";
import { dump, virtualOutbound } from "../listeners.ts";

type Json = Record<string, unknown>;

const CREATED = "2026-01-01T00:00:00Z";

/** A pod with a sidecar in a mesh, behind a kubectl for its namespace `shop`. */
export class FakeMesh {
  labels: Record<string, string> = { app: "web" };
  annotations: Record<string, string> = {};
  containers = ["web", "istio-proxy"];
  phase = "Running";
  istioVersion = "1.31.0";
  metadata: Json = {};
  listeners = dump(virtualOutbound());
  cluster: Json = {};
  /** Name of the Deployment that has made the pod. */
  deployment: string | undefined;
  /** Names of clusters that the sidecar has not. */
  missingClusters: string[] = [];
  filters: EnvoyFilterObject[] = [];
  rules: DestinationRuleObject[] = [];
  entries: ServiceEntryObject[] = [];
  services: ServiceObject[] = [];
  sidecars: SidecarObject[] = [];
  /** Text of istiod's own settings. */
  meshConfig = "enablePrometheusMerge: true\n";
  /** What istiod says that it sends the sidecar; undefined where it can't be asked. */
  istiod: string | undefined;
  /** What names resolve to in the sidecar's container, which may have nothing to resolve them with. */
  names: Record<string, string[]> | undefined;
  /** What kubectl says instead, for a command this matches. */
  failure: (command: string) => string | undefined = () => undefined;
  /** Every kubectl command, its arguments joined by spaces. */
  readonly commands: string[] = [];

  // eslint-disable-next-line @typescript-eslint/require-await
  readonly kubectl: Kubectl = async (args) => {
    const command = args.join(" ");
    this.commands.push(command);
    const failure = this.failure(command);
    if (failure !== undefined) {
      throw new KubectlError(args, failure);
    }
    const inContainer = args.includes("--") ? args.slice(args.indexOf("--") + 1) : [];
    if (inContainer[0] === "pilot-agent") {
      return this.admin(inContainer.at(-1) ?? "");
    }
    if (inContainer[0] === "pilot-discovery") {
      if (this.istiod === undefined) {
        throw new KubectlError(args, "Error from server (Forbidden): no");
      }
      return this.istiod;
    }
    if (inContainer[0] === "getent") {
      const found = this.names?.[inContainer.at(-1) ?? ""];
      if (found === undefined) {
        throw new KubectlError(args, "command terminated with exit code 2");
      }
      return found.flatMap((ip) => [`${ip}  STREAM x`, `${ip}  DGRAM`]).join("\n");
    }
    return JSON.stringify(this.get(args));
  };

  private get([, resources = "", ...rest]: readonly string[]): Json {
    if (resources === "deployments.apps") {
      if (rest[0] !== this.deployment) {
        throw new KubectlError([], `Error from server (NotFound): no ${rest[0] ?? ""}`);
      }
      const metadata = { namespace: "shop", name: this.deployment };
      return { metadata, spec: { selector: { matchLabels: this.labels } } };
    }
    if (resources === "pods" && this.deployment !== undefined) {
      return { items: [this.pod()] };
    }
    if (resources === "pod") {
      return this.pod();
    }
    if (resources === "configmap") {
      return { data: { mesh: this.meshConfig } };
    }
    const namespace = rest.includes("--namespace")
      ? rest[rest.indexOf("--namespace") + 1]
      : undefined;
    const asked = resources.split(",").map((resource) => resource.split(".")[0]);
    const all = [
      ...this.filters.map((each) => ({ ...each, kind: "EnvoyFilter", of: "envoyfilters" })),
      ...this.rules.map((each) => ({ ...each, kind: "DestinationRule", of: "destinationrules" })),
      ...this.entries.map((each) => ({ ...each, kind: "ServiceEntry", of: "serviceentries" })),
      ...this.sidecars.map((each) => ({ ...each, kind: "Sidecar", of: "sidecars" })),
      ...this.services.map((each) => ({ ...each, kind: "Service", of: "services" })),
    ];
    return {
      items: all
        .filter(({ of }) => asked.includes(of))
        .filter(({ metadata }) => [undefined, metadata.namespace].includes(namespace)),
    };
  }

  private pod(): Json {
    return {
      metadata: {
        ...{ name: "web-0", namespace: "shop" },
        ...{ labels: this.labels, annotations: this.annotations, creationTimestamp: CREATED },
        ...(this.deployment !== undefined && {
          ownerReferences: [{ kind: "ReplicaSet", name: `${this.deployment}-7d9f` }],
        }),
      },
      spec: { containers: this.containers.map((name) => ({ name })) },
      status: { phase: this.phase, conditions: [{ type: "Ready", status: "True" }] },
    };
  }

  private admin(path: string): string {
    if (path === "server_info") {
      return JSON.stringify({
        version: "9e55/1.40.0/Clean/RELEASE/BoringSSL",
        command_line_options: { drain_time: "45s" },
        node: {
          id: "sidecar~10.1.0.1~web-0.shop~shop.svc.cluster.local",
          metadata: {
            ISTIO_VERSION: this.istioVersion,
            PROXY_CONFIG: { discoveryAddress: "istiod.istio-system.svc:15012" },
            ...this.metadata,
          },
        },
      });
    }
    const { searchParams } = new URL(path, "http://admin");
    const names = (searchParams.get("name_regex") ?? "").split(/(?<!\\)\|/);
    switch (searchParams.get("resource")) {
      case "dynamic_active_clusters":
        return JSON.stringify({
          configs: names
            .map((name) => name.replaceAll("\\", ""))
            .filter((name) => !this.missingClusters.includes(name))
            .map((name) => ({ cluster: { name, ...this.cluster } })),
        });
      case "dynamic_endpoint_configs":
        return "{}";
      default:
        return this.listeners;
    }
  }
}

/** An EnvoyFilter `namespace/name` that merges an idle timeout. */
export function idleFilter(
  fullName: string,
  idle_timeout: string | null,
  spec: { labels?: Record<string, string>; priority?: number; port?: number } = {},
): EnvoyFilterObject {
  const [namespace = "", name = ""] = fullName.split("/");
  const { labels = {}, port, priority = 0 } = spec;
  return {
    metadata: { namespace, name, creationTimestamp: CREATED },
    spec: {
      priority,
      ...(mergeIntoOutboundTcpProxy(labels, { idle_timeout }, port) as EnvoyFilterObject["spec"]),
    },
  };
}

/** A DestinationRule `namespace/name`. */
export function rule(
  fullName: string,
  host: string,
  spec: Omit<NonNullable<DestinationRuleObject["spec"]>, "host">,
  creationTimestamp = CREATED,
): DestinationRuleObject {
  const [namespace = "", name = ""] = fullName.split("/");
  return { metadata: { namespace, name, creationTimestamp }, spec: { host, ...spec } };
}

export function idlePolicy(idleTimeout: string) {
  return { connectionPool: { tcp: { idleTimeout } } };
}
