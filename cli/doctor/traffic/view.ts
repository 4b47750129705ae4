import type { EffectiveTimeout } from "../../../model/record.ts";
import { VIRTUAL_INBOUND } from "../../../model/istio/wellKnown.ts";
import { chooseChain } from "../../sidecar/chainMatch.ts";
import type { Client } from "../../sidecar/chainMatch.ts";
import type { FilterChain, Listener, ListenersDump } from "../../sidecar/envoyListener.ts";
import { chooseListener } from "../../sidecar/listenerMatch.ts";
import type { Destination } from "../../sidecar/listenerMatch.ts";
import { describePath, readPath } from "../../sidecar/proxyConfig.ts";
import { OVERRIDE_KEY } from "../sources/timeoutPatch.ts";
import { overrideOf } from "./override.ts";

/** Where a proxy takes a connection, or why that can't be told. */
export type View = Carried | { kind: "other"; reason: string; rejected?: string };

export interface Carried {
  kind: "carried";
  listener: Listener;
  chain: FilterChain;
  effective: EffectiveTimeout;
  /** Whether a filter of the chain sets the timeout for each connection, which goes before the chain's own. */
  overridden: boolean;
  /** Why the proxy rejected istiod's latest configuration of the listener, in its own words. */
  rejected?: string;
}

/** Where a pod's own proxy takes connections that the pod opens. */
export function outboundView(dump: ListenersDump, destination: Destination, client: Client): View {
  const listener = chooseListener(dump.configs ?? [], destination)?.active_state?.listener;
  let reading;
  try {
    reading = readPath(dump, destination, client);
  } catch (error) {
    return { kind: "other", reason: (error as Error).message };
  }
  const why = reading.rejected === undefined ? {} : { rejected: reading.rejected };
  if (!reading.settled || listener === undefined) {
    const reason = reading.settled ? "it has no listener for the endpoint" : reading.reason;
    return { kind: "other", reason: notReady(reason, reading.rejected), ...why };
  }
  const { chain } = chooseChain(listener, destination, client);
  return { ...carried(listener, chain, reading.path.effective), ...why };
}

/** Looking again helps only where nothing was rejected. */
function notReady(reason: string, rejected: string | undefined): string {
  return rejected === undefined
    ? `the sidecar is not ready: ${reason}; look again in a few seconds`
    : `${reason.replace(/ yet$/, "")}, because it rejects what istiod sends: ${rejected}`;
}

/** The client's sidecar speaks Istio's mutual TLS wherever the server has a sidecar. */
const MUTUAL_TLS: Client = { tls: true, alpn: ["istio"] };

/** Where the proxy of a pod takes connections that come to the pod: a server's sidecar, or a gateway. */
export function inboundView({ configs = [] }: ListenersDump, destination: Destination): View {
  const listeners = configs.flatMap(({ active_state }) => active_state?.listener ?? []);
  const listener =
    listeners.find(({ name }) => name === VIRTUAL_INBOUND) ??
    listeners.find(({ address }) => address?.socket_address?.port_value === destination.port);
  if (listener === undefined) {
    return { kind: "other", reason: `it has no listener for port ${destination.port}` };
  }
  try {
    const { chain } = chooseChain(listener, destination, MUTUAL_TLS);
    const { effective } = describePath(listener, destination, MUTUAL_TLS);
    return carried(listener, chain, effective);
  } catch (error) {
    return { kind: "other", reason: (error as Error).message };
  }
}

function carried(listener: Listener, chain: FilterChain, own: EffectiveTimeout): View {
  const override = overrideOf(chain);
  if (override === undefined) {
    return { kind: "carried", listener, chain, effective: own, overridden: false };
  }
  const { idleTimeoutMs } = override;
  return idleTimeoutMs === undefined
    ? {
        kind: "other",
        reason: `the filter chain ${own.filterChain} of listener ${listener.name} gives each connection an idle timeout of its own, by ${OVERRIDE_KEY}`,
      }
    : {
        ...{ kind: "carried", listener, chain, overridden: true },
        effective: { ...own, idleTimeoutMs, source: "configured" },
      };
}
