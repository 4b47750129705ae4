import { parseArgs } from "node:util";
import { parseEndpoint } from "../../model/endpoint.ts";
import type { Endpoint } from "../../model/endpoint.ts";

export const USAGE = `usage: npm run doctor -- --namespace N --pod P --endpoint HOST:PORT [--context C] [--json]

Tells which idle timeout applies to TCP connections from a pod to HOST:PORT and what sets it, in a few
seconds and without changing anything; and what in the configuration can't work, with its remedy.

  --namespace N         namespace of the pod
  --pod P               name of the pod
  --endpoint HOST:PORT  what the pod connects to, by name or address
  --context C           context of the kubeconfig (default: the current one)
  --json                the same for programs
  --help                this text

Exit codes: 0 looked, whatever was found; 1 could not look; 2 wrong arguments.
`;

/** What the user asked. */
export interface DoctorArguments {
  namespace: string;
  pod: string;
  endpoint: Endpoint;
  context?: string;
  json: boolean;
}

const REQUIRED = ["namespace", "pod", "endpoint"] as const;

/** @returns all that is wrong with the arguments, in one line, or "help". */
export function parseDoctorArguments(argv: readonly string[]): DoctorArguments | string {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        namespace: { type: "string" },
        pod: { type: "string" },
        endpoint: { type: "string" },
        context: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean" },
      },
    }));
  } catch (error) {
    return (error as Error).message.replaceAll("\n", " ");
  }
  if (values.help === true) {
    return "help";
  }
  const { namespace = "", pod: podText = "", endpoint: text = "", context, json = false } = values;
  const problems = REQUIRED.filter((name) => (values[name] ?? "") === "").map(
    (name) => `--${name} is missing`,
  );
  // As kubectl prints and takes it too.
  const pod = podText.replace(/^pods?\//, "");
  let endpoint;
  try {
    endpoint = text === "" ? undefined : parseEndpoint(text);
  } catch (error) {
    problems.push(`--endpoint: ${(error as Error).message}`);
  }
  return endpoint === undefined || problems.length > 0
    ? problems.join("; ")
    : { namespace, pod, endpoint, json, ...(context !== undefined && { context }) };
}
