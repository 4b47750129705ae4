import { parseProtobufDuration } from "../sidecar/proxyConfig.ts";
import { versionsOf } from "../sidecar/serverInfo.ts";
import type { ProxyVersions, ServerInfo } from "../sidecar/serverInfo.ts";

/** What a sidecar says of itself. */
export interface Sidecar extends ProxyVersions {
  /** How long connections of a filter chain live on that a change of configuration takes away, in ms. */
  drainTimeMs: number | undefined;
  /** What it told istiod. */
  metadata: Readonly<Record<string, unknown>>;
  /** `ISTIO_META_IDLE_TIMEOUT`, as it is written. */
  idleTimeout: string | undefined;
  /** istiod's own namespace, which is the mesh's root namespace unless that is set otherwise. */
  rootNamespace: string;
}

export function readSidecar(info: ServerInfo): Sidecar {
  const { metadata = {} } = info.node ?? {};
  const drainTime = info.command_line_options?.drain_time;
  const address = metadata.PROXY_CONFIG?.discoveryAddress ?? "";
  return {
    ...versionsOf(info),
    drainTimeMs: drainTime === undefined ? undefined : parseProtobufDuration(drainTime),
    metadata,
    idleTimeout: metadata.IDLE_TIMEOUT,
    rootNamespace: /^[^.]+\.([^.:]+)\.svc\b/.exec(address)?.[1] ?? "istio-system",
  };
}
