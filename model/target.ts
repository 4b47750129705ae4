import { MIDDLEWARE_KINDS } from "../app/probe/sample.ts";
import type { MiddlewareKind } from "../app/probe/sample.ts";
import { formatEndpoint, parseEndpoint } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { parseList } from "./list.ts";

/** Endpoint that the probes connect to, with the middleware that answers there. */
export interface Target {
  middleware: MiddlewareKind;
  endpoint: Endpoint;
}

/**
 * Reads a list of kinds such as `redis,mysql`.
 *
 * @throws Error with one line for the user.
 */
export function parseMiddleware(text: string): MiddlewareKind[] {
  return parseList(text, MIDDLEWARE_KINDS, "a kind of middleware");
}

/**
 * Reads a list of endpoints such as `a.example.com:6379,b.example.com:3306`.
 *
 * @throws Error with one line for the user.
 */
export function parseEndpoints(text: string): Endpoint[] {
  const endpoints = text.split(",").map((part) => parseEndpoint(part.trim()));
  const names = endpoints.map(formatEndpoint);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) {
    throw new Error(`${JSON.stringify(text)} names ${twice} twice`);
  }
  return endpoints;
}

/**
 * Pairs each endpoint with its middleware; without any, all are `tcp`.
 *
 * @throws Error with one line for the user.
 */
export function pairTargets(
  endpoints: readonly Endpoint[],
  middleware: readonly MiddlewareKind[] | undefined,
): Target[] {
  if (middleware !== undefined && middleware.length !== endpoints.length) {
    const plural = (count: number, what: string): string =>
      `${count} ${what}${count === 1 ? "" : "s"}`;
    throw new Error(
      `${plural(middleware.length, "kind")} for ${plural(endpoints.length, "endpoint")}; name as many, in the ` +
        "same order",
    );
  }
  return endpoints.map((endpoint, place) => ({
    endpoint,
    middleware: middleware?.[place] ?? "tcp",
  }));
}

/** Who sends the first byte of a connection, once it stands. */
export const FIRST_SPEAKER: Readonly<Record<MiddlewareKind, "client" | "server" | "nobody">> = {
  redis: "client",
  memcached: "client",
  mysql: "server",
  mongodb: "client",
  tcp: "nobody",
};

/** Kinds of middleware that the stack can run a server for. */
export type ServerKind = Exclude<MiddlewareKind, "tcp">;
