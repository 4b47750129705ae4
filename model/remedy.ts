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
 * - `excludeOutboundPorts`: by an annotation with which connections to the endpoint's port bypass the sidecar.
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

/** Setting of the idle timeout, with the path on which connections meet it. */
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
