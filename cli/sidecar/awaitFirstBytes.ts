import type { DisabledFor, Listener } from "./envoyListener.ts";

const INSPECTORS = ["tls_inspector", "http_inspector"].map(
  (name) => `envoy.filters.listener.${name}`,
);

/**
 * Lists the listener filters in which a connection to a port waits until its client says something, in their order.
 * While it waits no filter chain is chosen: the endpoint hears nothing of it and no idle timeout runs.
 *
 * @returns nothing where there are none, or they give up waiting.
 */
export function awaitFirstBytes(listener: Listener, port: number): string[] {
  const endless = Number.parseFloat(listener.listener_filters_timeout ?? "15s") === 0;
  const waiting = (listener.listener_filters ?? []).filter(
    ({ name, filter_disabled }) => INSPECTORS.includes(name) && !isDisabled(filter_disabled, port),
  );
  return endless ? waiting.map(({ name }) => name) : [];
}

function isDisabled(rule: DisabledFor | undefined, port: number): boolean {
  if (rule === undefined) {
    return false;
  }
  const { any_match, destination_port_range: range, or_match, and_match, not_match } = rule;
  if (range !== undefined) {
    return port >= (range.start ?? 0) && port < (range.end ?? 65_536);
  }
  const each = (one: DisabledFor): boolean => isDisabled(one, port);
  return (
    any_match === true ||
    or_match?.rules?.some(each) === true ||
    and_match?.rules?.every(each) === true ||
    (not_match !== undefined && !each(not_match))
  );
}
