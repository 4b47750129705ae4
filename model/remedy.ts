import { formatTimeout, ENVOY_DEFAULT_IDLE_TIMEOUT_MS, expectedIdleTimeoutMs } from "./timeout.ts";
import type { Timeout } from "./timeout.ts";

/**
 * How connections to the endpoint go through the sidecar:
 * - `passthrough`: as to any host that the mesh does not know, by Istio's PassthroughCluster,
 * - `serviceEntry`: as to a host that a ServiceEntry makes known, by a listener and a cluster of its own.
 */
export const PATHS = ["passthrough", "serviceEntry"] as const;
export type Path = (typeof PATHS)[number];

/**
 * How the idle timeout is set:
 * - `envoyFilter`: by an EnvoyFilter for every outbound TCP proxy,
 * - `envoyFilterPort`: by an EnvoyFilter that is matched by the endpoint's port,
 * - `destinationRule`: by a DestinationRule's `connectionPool.tcp.idleTimeout`,
 * - `proxyMetadata`: by `ISTIO_META_IDLE_TIMEOUT` in the sidecar's own configuration;
 *
 * or avoided, while an EnvoyFilter sets it as with `envoyFilter`:
 * - `tcpKeepalive`: by a DestinationRule's `connectionPool.tcp.tcpKeepalive`,
 * - `excludeOutboundPorts`: by an annotation with which connections to the endpoint's port go past the sidecar.
 */
export const REMEDIES = [
  "envoyFilter",
  "envoyFilterPort",
  "destinationRule",
  "proxyMetadata",
  "tcpKeepalive",
  "excludeOutboundPorts",
] as const;
export type Remedy = (typeof REMEDIES)[number];

export const DEFAULT_PATH = "passthrough" satisfies Path;
export const DEFAULT_REMEDY = "envoyFilter" satisfies Remedy;

/** What is done to a connection's idle timeout, and on which way. */
export interface Variant {
  path: Path;
  remedy: Remedy;
  timeout: Timeout;
}

/** @throws Error with one line for the user. */
export function parsePath(text: string): Path {
  return oneOf(PATHS, text, "a path");
}

/** @throws Error with one line for the user. */
export function parseRemedy(text: string): Remedy {
  return oneOf(REMEDIES, text, "a remedy");
}

function oneOf<T extends string>(allowed: readonly T[], text: string, what: string): T {
  const found = allowed.find((each) => each === text);
  if (found === undefined) {
    throw new Error(`${JSON.stringify(text)} is not ${what}; use one of ${allowed.join(", ")}`);
  }
  return found;
}

/**
 * The idle timeout that a connection of this variant meets by the rules of Istio and Envoy, in ms; 0 is
 * never. What it meets in fact is read from the sidecar.
 *
 * @param hasPort whether the listener that carries it is one for the endpoint's port; the one for hosts that
 *   the mesh does not know has none, so that an EnvoyFilter that asks for a port never reaches it.
 */
export function lawfulIdleTimeoutMs(
  { remedy, timeout }: Pick<Variant, "remedy" | "timeout">,
  hasPort: boolean,
): number {
  if (remedy === "excludeOutboundPorts") {
    return 0;
  }
  return remedy === "envoyFilterPort" && !hasPort
    ? ENVOY_DEFAULT_IDLE_TIMEOUT_MS
    : expectedIdleTimeoutMs(timeout);
}

/** What declares a remedy, to be handed to the components. */
export interface RemedyPlan {
  /** What the EnvoyFilter sets; `default`, which needs none, where something else does. */
  filter: Timeout;
  /** Whether the EnvoyFilter asks for the endpoint's port. */
  filterMatchesPort: boolean;
  /** What a DestinationRule sets for the endpoint; undefined where there is none. */
  connectionPool: TcpConnectionPool | undefined;
  /** Environment of the sidecar. */
  proxyMetadata: Readonly<Record<string, string>>;
  /** Whether connections to the endpoint's port go past the sidecar. */
  excludesPort: boolean;
}

/** `connectionPool.tcp` of a DestinationRule, durations as Go writes them. */
export interface TcpConnectionPool {
  idleTimeout?: string;
  tcpKeepalive?: { probes: number; time: string; interval: string };
}

/** The shortest the kernel has, so that every timeout that can be measured meets some. */
const KEEPALIVE = { probes: 9, time: "1s", interval: "1s" };

export function remedyPlan({ remedy, timeout }: Pick<Variant, "remedy" | "timeout">): RemedyPlan {
  const setsElsewhere = remedy === "destinationRule" || remedy === "proxyMetadata";
  const text = timeout.variant === "off" ? "0s" : formatTimeout(timeout);
  return {
    filter: setsElsewhere ? { variant: "default" } : timeout,
    filterMatchesPort: remedy === "envoyFilterPort",
    connectionPool:
      remedy === "destinationRule"
        ? { idleTimeout: text }
        : remedy === "tcpKeepalive"
          ? { tcpKeepalive: KEEPALIVE }
          : undefined,
    proxyMetadata: remedy === "proxyMetadata" ? { ISTIO_META_IDLE_TIMEOUT: text } : {},
    excludesPort: remedy === "excludeOutboundPorts",
  };
}
