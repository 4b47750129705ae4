import { parseArgs } from "node:util";

import { parseDuration } from "../../model/duration.ts";
import { DEFAULT_PATH, DEFAULT_REMEDY, parsePath, parseRemedy } from "../../model/remedy.ts";
import { PATHS, REMEDIES } from "../../model/remedy.ts";
import type { Path, Remedy } from "../../model/remedy.ts";
import { parseTimelapse } from "../../model/timelapse.ts";
import { parseTimeout } from "../../model/timeout.ts";
import type { Timeout } from "../../model/timeout.ts";
import { pairTargets, parseEndpoints, parseMiddleware } from "../../model/target.ts";
import type { Target } from "../../model/target.ts";
import { MAX_OBSERVE_MS } from "../../app/probe/request.ts";
import { MIDDLEWARE_KINDS, MODES } from "../../app/probe/sample.ts";
import { DEFAULT_LOAD, loadProblems, parseCount, parseModes } from "../../model/modes.ts";
import type { Load } from "../../model/modes.ts";
import { parsePolicyReference, POLICY_KINDS } from "./policy.ts";
import type { PolicyReference } from "./policy.ts";

/** What is to be measured. */
export interface MeasureArguments extends Load {
  namespace: string;
  run: string;
  /** What the pods connect to. The first stands for the run in a single figure. */
  targets: Target[];
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
  /** Whether its debug log is to be kept too. */
  debugLog: boolean;
}

export const USAGE = `usage: node --import tsx cli/measure.ts --namespace N --run R --endpoint HOST:PORT
         --timeout T --observe D [--wait D] [--timelapse F] [--path P] [--remedy M]
         [--middleware K] [--modes M] [--connections N] [--repetitions N]
         [--context C] [--policy KIND/NAME] [--no-evidence | --debug-log]

Measures after how long an idle connection to HOST:PORT is closed, in a pod with a sidecar and in one
without, and prints the record as JSON on stdout.

  --namespace N         namespace of the two probe pods
  --run R               run id, as in the pods' label istio-idle-timeout/run
  --endpoint HOST:PORT  what the pods connect to; more than one separated by commas
  --middleware K        what is spoken there (default: tcp, which says nothing), in the same order:
                        ${MIDDLEWARE_KINDS.join(", ")}
  --modes M             what is done with the connections (default: ${DEFAULT_LOAD.modes.join(",")}):
                        one or more of ${MODES.join(", ")}
  --connections N       how many connections each mode holds at once (default: 1)
  --repetitions N       how often that is done (default: 1)
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
  --debug-log           keep what the sidecar's debug log says of the connections, whose level is restored
                        afterwards
  --help                this text

Exit codes: 0 measured, whatever was found; 1 could not measure; 2 wrong arguments.
`;

const REQUIRED = ["namespace", "run", "endpoint", "timeout", "observe"] as const;
const VALUED = new Set<string>([
  ...REQUIRED,
  ...["wait", "timelapse", "path", "remedy", "context", "policy"],
  ...["middleware", "modes", "connections", "repetitions"],
]);
const FLAGS = new Set<string>(["no-evidence", "debug-log", "help"]);

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
  if (flags.has("no-evidence") && flags.has("debug-log")) {
    problems.push("--no-evidence and --debug-log exclude each other");
  }
  const endpoints = read("endpoint", parseEndpoints);
  const middleware = read("middleware", parseMiddleware);
  const load: Load = {
    modes: read("modes", parseModes) ?? DEFAULT_LOAD.modes,
    connections: read("connections", parseCount) ?? DEFAULT_LOAD.connections,
    repetitions: read("repetitions", parseCount) ?? DEFAULT_LOAD.repetitions,
  };
  const targets = read("endpoint", () => endpoints && pairTargets(endpoints, middleware));
  if (targets !== undefined) {
    const kinds = targets.map((target) => target.middleware);
    problems.push(...loadProblems(kinds, load).map((problem) => `--${problem}`));
  }
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
    targets === undefined ||
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
      targets,
      ...load,
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
      debugLog: flags.has("debug-log"),
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
    throw new Error(`${JSON.stringify(text)} is out of range; use more than 0s and at most 168h`);
  }
  return ms;
}
