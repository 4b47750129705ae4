import { protobufDuration } from "../duration.ts";
import type { Timeout } from "../timeout.ts";
import { mergeIntoOutboundTcpProxy } from "./envoyFilter.ts";
import type { EnvoyFilterSpec } from "./envoyFilter.ts";

/** Returns the EnvoyFilter that sets a timeout; `default` and `asIs` need none. */
export function idleTimeoutSpec(
  timeout: Timeout,
  podLabels: Readonly<Record<string, string>>,
  port?: number,
): EnvoyFilterSpec {
  return mergeIntoOutboundTcpProxy(podLabels, { idle_timeout: idleTimeoutField(timeout) }, port);
}

function idleTimeoutField(timeout: Timeout): string | null {
  switch (timeout.variant) {
    case "default":
    case "asIs":
    case "remove":
      return null;
    case "off":
      return protobufDuration(0);
    case "duration":
      return protobufDuration(timeout.ms);
  }
}
