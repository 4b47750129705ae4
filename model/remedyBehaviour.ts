import type { Endpoint } from "./endpoint.ts";
import type { TcpConnectionPool } from "./istio/destinationRule.ts";
import { VIRTUAL_OUTBOUND } from "./istio/wellKnown.ts";
import type { EffectiveTimeout } from "./record.ts";
import { DEFAULT_REMEDY } from "./remedy.ts";
import type { Remedy, Variant } from "./remedy.ts";
import { formatTimeout, ENVOY_DEFAULT_IDLE_TIMEOUT_MS, expectedIdleTimeoutMs } from "./timeout.ts";
import type { Timeout } from "./timeout.ts";

/**
 * Something that a remedy works with only:
 * - `serviceEntry`: a host that the mesh knows, which a DestinationRule can name,
 * - `onePort`: a single endpoint, whose port it names,
 * - `realTime`: a sidecar's clock at its real speed, because the connection bypasses the sidecar.
 */
export type RemedyNeed = "serviceEntry" | "onePort" | "realTime";

/** Objects and settings that declare a remedy, handed to the components. */
export interface RemedyPlan {
  /** Timeout that the EnvoyFilter sets; `default` or `asIs`, which need no filter, where something else sets it. */
  filter: Timeout;
  /** Whether the EnvoyFilter matches the endpoint's port only. */
  filterMatchesPort: boolean;
  /** Connection pool of a DestinationRule for the endpoint; undefined where there is none. */
  connectionPool: TcpConnectionPool | undefined;
  /** Environment of the sidecar. */
  proxyMetadata: Readonly<Record<string, string>>;
  /** Whether connections to the endpoint's port bypass the sidecar. */
  excludesPort: boolean;
}

/** Everything that tells one remedy from another. */
interface RemedyBehaviour {
  needs: readonly RemedyNeed[];
  /** Variants of a timeout that the remedy can set. */
  settable: readonly Timeout["variant"][];
  /** Declares the remedy for a timeout; fields left out are those of {@link NOTHING_DECLARED}. */
  plan: (timeout: Timeout) => Partial<RemedyPlan>;
  /** Says why the remedy has no effect on a connection, by the timeout that the sidecar applies to it. */
  note?: (effective: EffectiveTimeout, endpoint: Endpoint) => string | undefined;
}

/** Only a filter can be merged without a value (`remove`), and `default` sets nothing, by whichever remedy. */
const ANY_SET_TIMEOUT = ["duration", "default", "remove", "off"] as const;

/** Shortest times that the kernel takes, so that every timeout that can be measured meets some probes. */
const KEEPALIVE = { probes: 9, time: "1s", interval: "1s" };

const NOTHING_DECLARED: RemedyPlan = {
  filter: { variant: "default" },
  filterMatchesPort: false,
  connectionPool: undefined,
  proxyMetadata: {},
  excludesPort: false,
};

const BEHAVIOUR: Readonly<Record<Remedy, RemedyBehaviour>> = {
  envoyFilter: {
    needs: [],
    // `asIs` sets nothing, and so goes with the remedy that declares nothing else.
    settable: [...ANY_SET_TIMEOUT, "asIs"],
    plan: (filter) => ({ filter }),
  },
  envoyFilterPort: {
    needs: ["onePort"],
    settable: ["duration", "remove", "off"],
    plan: (filter) => ({ filter, filterMatchesPort: true }),
    note: ({ cluster, filterChain, listener }, { port }) =>
      listener === VIRTUAL_OUTBOUND
        ? `an EnvoyFilter matched by port ${port} never reaches filter chain ${filterChain} of listener ` +
          `${listener}, which has no port and carries what goes to ${cluster}; take the port out of the match ` +
          `(remedy ${DEFAULT_REMEDY}), or make the host known (path serviceEntry)`
        : undefined,
  },
  destinationRule: {
    needs: ["serviceEntry"],
    settable: ["duration", "off"],
    plan: (timeout) => ({ connectionPool: { idleTimeout: goDuration(timeout) } }),
  },
  proxyMetadata: {
    needs: [],
    settable: ["duration", "off"],
    plan: (timeout) => ({ proxyMetadata: { ISTIO_META_IDLE_TIMEOUT: goDuration(timeout) } }),
  },
  tcpKeepalive: {
    needs: ["serviceEntry"],
    settable: ANY_SET_TIMEOUT,
    plan: (filter) => ({ filter, connectionPool: { tcpKeepalive: KEEPALIVE } }),
    note: ({ idleTimeoutMs }) =>
      idleTimeoutMs > 0
        ? "the sidecar's keep-alive probes towards the endpoint carry no data, so the idle timeout goes on"
        : undefined,
  },
  excludeOutboundPorts: {
    needs: ["onePort", "realTime"],
    settable: ANY_SET_TIMEOUT,
    plan: (filter) => ({ filter, excludesPort: true }),
  },
};

/** Writes a timeout as Istio's own settings take it. */
function goDuration(timeout: Timeout): string {
  return timeout.variant === "off" ? "0s" : formatTimeout(timeout);
}

/** Tells whether a remedy works only with something. */
export function remedyNeeds(remedy: Remedy, need: RemedyNeed): boolean {
  return BEHAVIOUR[remedy].needs.includes(need);
}

/** Lists the variants of a timeout that a remedy can set. */
export function settableBy(remedy: Remedy): readonly Timeout["variant"][] {
  return BEHAVIOUR[remedy].settable;
}

/** Says what declares a remedy for a timeout. */
export function remedyPlan({ remedy, timeout }: Pick<Variant, "remedy" | "timeout">): RemedyPlan {
  return { ...NOTHING_DECLARED, ...BEHAVIOUR[remedy].plan(timeout) };
}

/** Says why a remedy has no effect on a connection to the endpoint; undefined where it has one. */
export function remedyNote(
  remedy: Remedy,
  effective: EffectiveTimeout,
  endpoint: Endpoint,
): string | undefined {
  const note = BEHAVIOUR[remedy].note?.(effective, endpoint);
  return note === undefined ? undefined : `remedy ${remedy}: ${note}`;
}

/**
 * Derives the idle timeout that a connection meets by the rules of Istio and Envoy, in ms; 0 is never. The one that it
 * meets in fact is read from the sidecar.
 *
 * @returns undefined where the stack leaves the timeout to the mesh (`asIs`).
 * @param hasPort whether the listener that carries it is one for the endpoint's port. The listener for hosts that the
 *   mesh does not know has none, so an EnvoyFilter that asks for a port never reaches it.
 */
export function idleTimeoutByRule(
  variant: Pick<Variant, "remedy" | "timeout">,
  hasPort: boolean,
): number | undefined {
  const { excludesPort, filterMatchesPort } = remedyPlan(variant);
  if (excludesPort) {
    return 0;
  }
  return filterMatchesPort && !hasPort
    ? ENVOY_DEFAULT_IDLE_TIMEOUT_MS
    : expectedIdleTimeoutMs(variant.timeout);
}
