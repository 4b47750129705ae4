import { parseArgs } from "node:util";

import { parseEndpoint } from "../../model/endpoint.ts";
import type { Endpoint } from "../../model/endpoint.ts";

/** Kinds of middleware that answer a ping without a login. */
export const BUSY_KINDS = ["redis", "memcached"] as const;
export type BusyKind = (typeof BUSY_KINDS)[number];

export const USAGE = `usage: npm run experiment -- change --namespace N --record FILE [--endpoint HOST:PORT]
         [--middleware K] [--context C]

Finds out what a change of the idle timeout does to connections that are open. In a namespace of its own it
holds idle and busy connections from two workloads, of which an EnvoyFilter selects one, and creates, alters
and deletes that filter. It takes about four minutes (three times the sidecar's drain time of 45 s), prints when
and why each connection ended, and removes all it made, whenever it is stopped.

  --namespace N         namespace of a stack that is up; the probe's image is taken from it
  --record FILE         where the record is written to, as JSON
  --endpoint HOST:PORT  what the connections go to (default: what the stack measures)
  --middleware K        what it is, ${BUSY_KINDS.join(" or ")} (default: ${BUSY_KINDS[0]})
  --context C           context of the kubeconfig (default: the current one)
  --help                this text

Exit codes: 0 measured, whatever was found; 1 could not measure; 2 wrong arguments.
`;

export interface ChangeArguments {
  /** Namespace of the stack. */
  namespace: string;
  /** Path of the file that the record is written to. */
  record: string;
  /** Undefined is what the stack measures. */
  target?: { middleware: BusyKind; endpoint: Endpoint };
  context?: string;
}

/** @returns what is asked for, "help", or what is wrong in one line. */
export function parseChangeArguments(
  argv: readonly string[],
): ChangeArguments | "help" | { problem: string } {
  let values;
  try {
    const text = { type: "string" } as const;
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        namespace: text,
        record: text,
        endpoint: text,
        middleware: text,
        context: text,
        help: { type: "boolean" },
      },
    }));
  } catch (error) {
    return { problem: (error as Error).message.replaceAll("\n", " ") };
  }
  if (values.help === true) {
    return "help";
  }
  const { namespace, record, endpoint, middleware, context } = values;
  if (!namespace || !record) {
    const missing = [...(namespace ? [] : ["--namespace"]), ...(record ? [] : ["--record"])];
    return { problem: `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing` };
  }
  if (middleware !== undefined && endpoint === undefined) {
    return { problem: "--middleware says what is at --endpoint, which is missing" };
  }
  const kind = BUSY_KINDS.find((each) => each === (middleware ?? BUSY_KINDS[0]));
  if (kind === undefined) {
    const allowed = BUSY_KINDS.join(" and ");
    return { problem: `--middleware: ${JSON.stringify(middleware)} is neither of ${allowed}` };
  }
  try {
    return {
      namespace,
      record,
      ...(endpoint !== undefined && {
        target: { middleware: kind, endpoint: parseEndpoint(endpoint) },
      }),
      ...(context !== undefined && { context }),
    };
  } catch (error) {
    return { problem: `--endpoint: ${(error as Error).message}` };
  }
}
