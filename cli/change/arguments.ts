import { parseArgs } from "node:util";

import { parseEndpoint } from "../../components/endpoint.ts";
import type { Endpoint } from "../../components/endpoint.ts";

export const USAGE = `usage: npm run experiment -- change --namespace N --record FILE [--endpoint HOST:PORT] [--context C]

Finds out what a change of the idle timeout does to connections that are open. In a namespace of its own it
holds idle and busy connections from two workloads, of which an EnvoyFilter selects one, and creates, alters
and deletes that filter. It takes about four minutes (three times the sidecar's drain time of 45 s), prints when
and why each connection ended, and removes all it made, whenever it is stopped.

  --namespace N         namespace of a stack that is up; the probe's image is taken from it
  --record FILE         where the record is written to, as JSON
  --endpoint HOST:PORT  what the connections go to, a Redis or memcached (default: what the stack measures)
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
  endpoint?: Endpoint;
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
  const { namespace, record, endpoint, context } = values;
  if (!namespace || !record) {
    const missing = [...(namespace ? [] : ["--namespace"]), ...(record ? [] : ["--record"])];
    return { problem: `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing` };
  }
  try {
    return {
      namespace,
      record,
      ...(endpoint !== undefined && { endpoint: parseEndpoint(endpoint) }),
      ...(context !== undefined && { context }),
    };
  } catch (error) {
    return { problem: `--endpoint: ${(error as Error).message}` };
  }
}
