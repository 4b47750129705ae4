import { parseProtobufDuration } from "../../sidecar/proxyConfig.ts";
import { versionsOf } from "../../sidecar/serverInfo.ts";
import type { ProxyVersions, ServerInfo } from "../../sidecar/serverInfo.ts";

/** A proxy's own statements about itself. */
export interface Sidecar extends ProxyVersions {
  /** How long connections of a filter chain live on that a change of configuration takes away, in ms. */
  drainTimeMs: number | undefined;
  /** The metadata that it sent to istiod. */
  metadata: Readonly<Record<string, unknown>>;
  /** `ISTIO_META_IDLE_TIMEOUT`, as it is written. */
  idleTimeout: string | undefined;
  /** Whether it is a gateway, or a waypoint, and no pod's sidecar. */
  isGateway: boolean;
  /** The cluster's own, such as `cluster.local`. */
  domain: string;
  /** Host of istiod, without the port. */
  discoveryHost: string;
  /** Namespace of istiod; undefined where its host is no Service of a cluster. */
  istiodNamespace: string | undefined;
}

export function readSidecar(info: ServerInfo): Sidecar {
  const { id = "", metadata = {} } = info.node ?? {};
  const [type, , , domain = ""] = id.split("~");
  const drainTime = info.command_line_options?.drain_time;
  const discoveryHost = (metadata.PROXY_CONFIG?.discoveryAddress ?? "").replace(/:\d+$/, "");
  return {
    ...versionsOf(info),
    drainTimeMs: drainTime === undefined ? undefined : parseProtobufDuration(drainTime),
    metadata,
    idleTimeout: metadata.IDLE_TIMEOUT,
    isGateway: type === "router" || type === "waypoint",
    domain: /\.svc\.(.+)$/.exec(domain)?.[1] ?? "cluster.local",
    discoveryHost,
    istiodNamespace: /^[^.]+\.([^.]+)\.svc(\.|$)/.exec(discoveryHost)?.[1],
  };
}

/** The parts that are read: the whole answer is long. */
export function trimInfo({ version, command_line_options, node }: ServerInfo): ServerInfo {
  const { metadata: told = {} } = node ?? {};
  const read = Object.entries(told).filter(([key]) => !["ANNOTATIONS", "LABELS"].includes(key));
  const metadata = Object.fromEntries(read);
  const drain_time = command_line_options?.drain_time;
  return {
    ...(version !== undefined && { version }),
    ...(drain_time !== undefined && { command_line_options: { drain_time } }),
    node: { ...(node?.id !== undefined && { id: node.id }), metadata },
  };
}
