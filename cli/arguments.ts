import { parseArgs } from "node:util";

import { parseDuration } from "../components/duration.ts";
import { DEFAULT_PATH, DEFAULT_REMEDY, parsePath, parseRemedy } from "../components/remedy.ts";
import { PATHS, REMEDIES } from "../components/remedy.ts";
import type { Path, Remedy } from "../components/remedy.ts";
import { parseTimelapse } from "../components/timelapse.ts";
import { parseTimeout } from "../components/timeout.ts";
import type { Timeout } from "../components/timeout.ts";
import { parseEndpoint } from "../components/endpoint.ts";
import type { Endpoint } from "../components/endpoint.ts";
import { parsePolicyReference, POLICY_KINDS } from "./policy.ts";
import type { PolicyReference } from "./policy.ts";

/** What is to be measured. */
export interface MeasureArguments {
  namespace: string;
  run: string;
  endpoint: Endpoint;
  /** The stack's `timeout` setting as the user wrote it, and what it means. */
  timeoutText: string;
  timeout: Timeout;
  /** How long connections are held and watched, in ms. */
  observeMs: number;
  /** How long to wait for that, in ms; the probes go on after it. */
  waitMs: number;
  /** How many times as fast the sidecar's clock runs; 1 is real time. */
  timelapse: number;
  /** How connections to the endpoint go through the sidecar. */
  path: Path;
  /** How the timeout is set, or avoided. */
  remedy: Remedy;
  context?: string;
  /** What configures the sidecar, where something does. */
  policy?: PolicyReference;
  /** Whether the sidecar's access log carries entries of ours. */
  evidence: boolean;
}

export const USAGE = `usage: node --import tsx cli/measure.ts --namespace N --run R --endpoint HOST:PORT
         --timeout T --observe D [--wait D] [--timelapse F] [--path P] [--remedy M]
         [--context C] [--policy KIND/NAME] [--no-evidence]

Measures after how long a silent connection to HOST:PORT is closed, in a pod with a sidecar and in one
without, and prints the record as JSON on stdout.

  --namespace N         namespace of the two probe pods
  --run R               run id, as in the pods' label istio-idle-timeout/run
  --endpoint HOST:PORT  what the pods connect to
  --timeout T           idle timeout the sidecar should apply: a duration, default, remove or off
  --observe D           how long the connections are held and watched, e.g. 14s
  --wait D              how long to wait for that: then the record tells what is known until then, the probes
                        go on, and the same command collects the rest (default: to the end)
  --timelapse F         how many times as fast the sidecar's clock runs (default: 1)
  --path P              how connections go through the sidecar: ${PATHS.join(" or ")}
                        (default: ${DEFAULT_PATH})
  --remedy M            how the timeout is set or avoided (default: ${DEFAULT_REMEDY}):
                        ${REMEDIES.slice(0, 4).join(", ")},
                        ${REMEDIES.slice(4).join(" or ")}
  --context C           context of the kubeconfig (default: the current one)
  --policy KIND/NAME    object in the namespace that sets or avoids the timeout, an
                        ${POLICY_KINDS.join(" or ")} (default: none does)
  --no-evidence         the sidecar's access log has no entries of ours
  --help                this text

Exit codes: 0 measured, whatever was found; 1 could not measure; 2 wrong arguments.
`;

/** Longest window, in ms: what a timer in the probe can hold (24.8 days). */
const MAX_OBSERVE_MS = 2_147_483_647;

const REQUIRED = ["namespace", "run", "endpoint", "timeout", "observe"] as const;
const VALUED = new Set<string>([
  ...REQUIRED,
  ...["wait", "timelapse", "path", "remedy", "context", "policy"],
]);
const FLAGS = new Set<string>(["no-evidence", "help"]);

/** `problems` names everything that is wrong, each in one line. */
export type Parsed =
  | { kind: "help" }
  | { kind: "problems"; problems: string[] }
  | { kind: "arguments"; arguments: MeasureArguments };

export function parseArguments(argv: readonly string[]): Parsed {
  const problems: string[] = [];
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries([...VALUED].map((name) => [name, { type: "string" as const }])),
    // Strict parsing stops at the first problem; all of them are worth knowing at once.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === "positional") {
      problems.push(`unexpected argument ${JSON.stringify(token.value)}`);
    } else if (token.kind === "option") {
      if (FLAGS.has(token.name) && token.value === undefined) {
        flags.add(token.name);
      } else if (FLAGS.has(token.name)) {
        problems.push(`${token.rawName} takes no value`);
      } else if (!VALUED.has(token.name)) {
        problems.push(`unknown option ${token.rawName}`);
      } else if (!isValue(token)) {
        problems.push(`${token.rawName} needs a value`);
      } else {
        values.set(token.name, token.value ?? "");
      }
    }
  }
  if (flags.has("help")) {
    return { kind: "help" };
  }

  const read = <T>(name: string, parse: (text: string) => T): T | undefined => {
    const text = values.get(name);
    try {
      return text === undefined ? undefined : parse(text);
    } catch (error) {
      problems.push(`--${name}: ${(error as Error).message}`);
      return undefined;
    }
  };
  for (const name of REQUIRED) {
    if (!values.has(name) && !problems.includes(`--${name} needs a value`)) {
      problems.push(`--${name} is missing`);
    }
  }
  const endpoint = read("endpoint", parseEndpoint);
  const timeout = read("timeout", parseTimeout);
  const observeMs = read("observe", parseObserve);
  const waitMs = read("wait", parseDuration) ?? Infinity;
  const timelapse = read("timelapse", parseTimelapse) ?? 1;
  const path = read("path", parsePath) ?? DEFAULT_PATH;
  const remedy = read("remedy", parseRemedy) ?? DEFAULT_REMEDY;
  const policy = read("policy", parsePolicyReference);
  const { namespace, run, timeout: timeoutText, context } = Object.fromEntries(values);
  if (
    problems.length > 0 ||
    namespace === undefined ||
    run === undefined ||
    endpoint === undefined ||
    timeoutText === undefined ||
    timeout === undefined ||
    observeMs === undefined
  ) {
    return { kind: "problems", problems };
  }
  return {
    kind: "arguments",
    arguments: {
      namespace,
      run,
      endpoint,
      timeoutText,
      timeout,
      observeMs,
      waitMs,
      timelapse,
      path,
      remedy,
      ...(context !== undefined && { context }),
      ...(policy !== undefined && { policy }),
      evidence: !flags.has("no-evidence"),
    },
  };
}

/** What follows an option is its value, unless it looks like the next option. */
function isValue(token: { value: string | undefined; inlineValue?: boolean | undefined }): boolean {
  const { value = "", inlineValue = false } = token;
  return value !== "" && (inlineValue || !value.startsWith("--"));
}

function parseObserve(text: string): number {
  const ms = parseDuration(text);
  if (ms === 0 || ms > MAX_OBSERVE_MS) {
    throw new Error(`${JSON.stringify(text)} is out of range; use more than 0s and at most 596h`);
  }
  return ms;
}
