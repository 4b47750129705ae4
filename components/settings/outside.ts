import type { MiddlewareKind } from "../../app/probe/sample.ts";
import { pairTargets } from "../../model/target.ts";
import type { ServerKind, Target } from "../../model/target.ts";
import type { Values } from "./readers.ts";

/** Endpoints outside the mesh: existing ones, or servers that the stack runs itself. */
export type Outside =
  | { kind: "endpoints"; targets: Target[] }
  | { kind: "servers"; servers: OwnServer[]; externalHost: string };

/** A server that the stack runs itself. */
export interface OwnServer {
  kind: ServerKind;
  image: string;
}

/**
 * Says what the probes connect to.
 *
 * @returns undefined where `endpoint` or `middleware` could not be read.
 * @throws Error with one line for the user about `middleware`.
 */
export function outsideOf(values: Partial<Values>): Outside | undefined {
  const { endpoint, externalHost = "", middleware } = values;
  if (!("endpoint" in values) || !("middleware" in values)) {
    return undefined;
  }
  if (endpoint !== undefined) {
    return { kind: "endpoints", targets: pairTargets(endpoint, middleware) };
  }
  const servers = (middleware ?? ["redis"]).map((kind): OwnServer => {
    if (kind === "tcp") {
      throw new Error("tcp needs an existing endpoint; set endpoint, or another kind");
    }
    return { kind, image: values[`${kind}Image`] ?? "" };
  });
  return { kind: "servers", servers, externalHost };
}

/** Lists the kinds of middleware that are measured, in the order of the endpoints. */
export function kindsOf(outside: Outside): MiddlewareKind[] {
  return outside.kind === "endpoints"
    ? outside.targets.map(({ middleware }) => middleware)
    : outside.servers.map(({ kind }) => kind);
}
