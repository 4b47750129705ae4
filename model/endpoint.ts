import { isIP } from "node:net";

/** TCP endpoint as the pods reach it. */
export interface Endpoint {
  /** DNS name or IP address, an IPv6 one without brackets. */
  host: string;
  port: number;
}

const DNS_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?$/i;

/**
 * Checks a DNS name or IP address.
 *
 * @throws Error with one line for the user.
 */
export function parseHost(text: string): string {
  if (!DNS_NAME.test(text) && isIP(text) === 0) {
    throw new Error(`${JSON.stringify(text)} is not a DNS name or an IP address`);
  }
  return text;
}

/**
 * Reads `host:port`, with brackets around an IPv6 address.
 *
 * @throws Error with one line for the user.
 */
export function parseEndpoint(text: string): Endpoint {
  const [, bracketed, plain, digits = ""] = /^(?:\[(.*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new Error(
      `${JSON.stringify(text)} is not an endpoint; use host:port without a scheme and with a port from ` +
        "1 to 65535, such as redis.example.com:6379 or [2001:db8::5]:6379",
    );
  }
  return { host: parseHost(host), port };
}

/** Writes an endpoint so that {@link parseEndpoint} reads it back. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
