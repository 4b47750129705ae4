import type { Variant } from "./remedy.ts";
import { formatTimeout } from "./timeout.ts";
import type { Timeout } from "./timeout.ts";

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
