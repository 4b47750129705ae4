import { isIPv6 } from "node:net";

/** What the probes connect to. */
export interface Endpoint {
  /** IP address or DNS name, as the pods see it. */
  host: string;
  port: number;
}

/** @throws Error with one line for the user unless `text` is `HOST:PORT` or `[IPV6]:PORT`. */
export function parseEndpoint(text: string): Endpoint {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new Error(
      `${JSON.stringify(text)} is no endpoint; use HOST:PORT such as 10.0.0.5:6379, ` +
        `redis.example.com:6379 or [2001:db8::5]:6379, with a port from 1 to 65535`,
    );
  }
  return { host, port };
}

/** `host:port`, as Envoy and URLs write it. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
