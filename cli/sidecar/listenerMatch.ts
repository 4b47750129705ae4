import { isIPv6 } from "node:net";
import { formatEndpoint } from "../../model/endpoint.ts";
import { VIRTUAL_OUTBOUND } from "../../model/istio/wellKnown.ts";
import type { DynamicListener } from "./envoyListener.ts";

/** The endpoint as the proxy sees it: the original destination. */
export interface Destination {
  /** IP address. */
  address: string;
  port: number;
}

/** Whether an address stands for every address of its family. */
export function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

/**
 * Chooses the listener that takes a redirected connection, as Envoy does
 * (`ConnectionHandlerImpl::getBalancedHandlerByAddress`): the one of the exact original destination, else that
 * of its port on the wildcard address of its family, else {@link VIRTUAL_OUTBOUND}.
 */
export function chooseListener(
  configs: readonly DynamicListener[],
  destination: Destination,
): DynamicListener | undefined {
  const { address, port } = destination;
  const carriers = configs.filter(({ name }) => name !== undefined && !name.startsWith("virtual"));
  return (
    carriers.find((dynamic) => listensOn(dynamic, address, port)) ??
    carriers.find((dynamic) => listensOn(dynamic, isIPv6(address) ? "::" : "0.0.0.0", port)) ??
    configs.find(({ name }) => name === VIRTUAL_OUTBOUND)
  );
}

/** Whether a listener stands at just this address and port. */
export function listensOn(dynamic: DynamicListener, address: string, port: number): boolean {
  const listener = dynamic.active_state?.listener ?? dynamic.warming_state?.listener;
  return [listener, ...(listener?.additional_addresses ?? [])].some((at) => {
    const socket = at?.address?.socket_address;
    return socket?.port_value === port && socket.address === address;
  });
}

/** `address:port`, for messages. */
export function formatDestination({ address, port }: Destination): string {
  return formatEndpoint({ host: address, port });
}
