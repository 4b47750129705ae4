import { formatDuration, parseDuration } from "./duration.ts";

/**
 * Setting of the sidecar's TCP idle timeout:
 * - `duration`: set to `ms` (more than 0),
 * - `default`: nothing is configured at all, so Envoy's own default applies,
 * - `remove`: a filter is merged whose `idle_timeout` is null, which leaves the default as well,
 * - `off`: set to 0, which is "never" for Envoy,
 * - `asIs`: nothing is configured at all, and whatever the mesh itself applies is measured.
 */
export type Timeout =
  { variant: "duration"; ms: number } | { variant: "default" | "remove" | "off" | "asIs" };

/** Tells whether a timeout is left to what applies by itself, so that nothing is configured for it. */
export function isLeftAlone({ variant }: Timeout): boolean {
  return variant === "default" || variant === "asIs";
}

/**
 * Idle timeout that Envoy's tcp_proxy applies where none is configured, in ms.
 * https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts#tcp
 */
export const ENVOY_DEFAULT_IDLE_TIMEOUT_MS = 3_600_000;

/**
 * Reads the `timeout` setting: a Go duration, `default`, `remove`, `off` (`0s` is `off`) or `asIs`.
 *
 * @throws Error with one line for the user.
 */
export function parseTimeout(text: string): Timeout {
  if (text === "default" || text === "remove" || text === "off" || text === "asIs") {
    return { variant: text };
  }
  try {
    const ms = parseDuration(text);
    return ms === 0 ? { variant: "off" } : { variant: "duration", ms };
  } catch (error) {
    throw new Error(`${(error as Error).message}, or one of default, remove, off, asIs`, {
      cause: error,
    });
  }
}

/** Writes equal timeouts as the same text, however the user wrote them; {@link parseTimeout} reads it back. */
export function formatTimeout(timeout: Timeout): string {
  return timeout.variant === "duration" ? formatDuration(timeout.ms) : timeout.variant;
}

/**
 * Returns the idle timeout that the sidecar should apply, in ms; 0 is "never", and undefined is whatever the mesh sets.
 */
export function expectedIdleTimeoutMs(timeout: Timeout): number | undefined {
  switch (timeout.variant) {
    case "duration":
      return timeout.ms;
    case "off":
      return 0;
    case "default":
    case "remove":
      return ENVOY_DEFAULT_IDLE_TIMEOUT_MS;
    case "asIs":
      return undefined;
  }
}
