import type {
  DestinationRuleObject,
  EnvoyFilterObject,
} from "../../../cli/doctor/sources/istioObjects.ts";
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
  filters: EnvoyFilterObject[] = [];
  rules: DestinationRuleObject[] = [];
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
    if (inContainer[0] === "getent") {
      const found = this.names?.[inContainer.at(-1) ?? ""];
      if (found === undefined) {
        throw new KubectlError(args, "command terminated with exit code 2");
      }
      return found.flatMap((ip) => [`${ip}  STREAM x`, `${ip}  DGRAM`]).join("\n");
    }
    return JSON.stringify(this.get(args));
  };

  private get([, kind = "", ...rest]: readonly string[]): Json {
    const namespace = rest[rest.indexOf("--namespace") + 1];
    const items =
      {
        "envoyfilters.networking.istio.io": this.filters,
        "destinationrules.networking.istio.io": this.rules,
      }[kind] ?? [];
    return kind === "pod"
      ? this.pod()
      : { items: items.filter(({ metadata }) => metadata.namespace === namespace) };
  }

  private pod(): Json {
    return {
      metadata: {
        ...{ name: "web-0", namespace: "shop" },
        ...{ labels: this.labels, annotations: this.annotations },
      },
      spec: { containers: this.containers.map((name) => ({ name })) },
      status: { phase: this.phase },
    };
  }

  private admin(path: string): string {
    if (path === "server_info") {
      return JSON.stringify({
        version: "9e55/1.40.0/Clean/RELEASE/BoringSSL",
        command_line_options: { drain_time: "45s" },
        node: {
          metadata: {
            ISTIO_VERSION: this.istioVersion,
            PROXY_CONFIG: { discoveryAddress: "istiod.istio-system.svc:15012" },
            ...this.metadata,
          },
        },
      });
    }
    const { searchParams } = new URL(path, "http://admin");
    const name = (searchParams.get("name_regex") ?? "").replaceAll("\\", "");
    return searchParams.get("resource") === "dynamic_active_clusters"
      ? JSON.stringify({ configs: [{ cluster: { name, ...this.cluster } }] })
      : this.listeners;
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
