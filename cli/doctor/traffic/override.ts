import type { FilterChain, FilterStateValue } from "../../sidecar/envoyListener.ts";
import { OVERRIDE_KEY } from "../sources/timeoutPatch.ts";

/** An idle timeout that the chain's filters give each connection, which goes before the chain's own. */
export interface Override {
  /** Undefined where it differs by connection. */
  idleTimeoutMs: number | undefined;
}

/** tcp_proxy takes it from the filter state that earlier filters have set (`tcp_proxy.proto`; Envoy 1.30). */
export function overrideOf({ filters = [] }: FilterChain): Override | undefined {
  const values = filters.flatMap(({ typed_config: config = {} }) => [
    ...(config.on_new_connection ?? []),
    ...(config.on_downstream_tls_handshake ?? []),
  ]);
  const value = values.findLast(({ object_key }) => object_key === OVERRIDE_KEY);
  return value && { idleTimeoutMs: constantOf(value) };
}

function constantOf({ format_string = {} }: FilterStateValue): number | undefined {
  const text = format_string.text_format_source?.inline_string ?? format_string.text_format ?? "";
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}
