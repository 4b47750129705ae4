import { execFile } from "node:child_process";
import type { ExecFileException } from "node:child_process";
import { UserError } from "../../model/userError.ts";

export interface KubectlOptions {
  /** The command is killed after that long, in ms. @default 30_000 */
  timeoutMs?: number;
  /** Text for its stdin. @default nothing */
  input?: string;
}

/**
 * Runs one kubectl command in the namespace and context it was made for.
 *
 * @returns what the command wrote to stdout.
 * @throws KubectlError when it fails; another error when the measurement is interrupted.
 */
export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<string>;

/** A kubectl command that failed; the message is one line. */
export class KubectlError extends UserError {
  constructor(
    readonly args: readonly string[],
    readonly reason: string,
  ) {
    super(`kubectl ${args.slice(0, 2).join(" ")}: ${reason}`);
  }

  /** Whether the API server said that the object does not exist. */
  get notFound(): boolean {
    return this.reason.includes("(NotFound)");
  }

  /** Whether the API server said that the user may not. */
  get forbidden(): boolean {
    return this.reason.includes("(Forbidden)");
  }
}

/**
 * Logs on stderr that are no part of an error: kubectl's own (`E1123 01:53:20.376240    2510 ...`) and
 * pilot-agent's (`2026/11/23 02:16:19 INFO ...`).
 */
const LOG_LINE = /^([IWEF]\d{4} [\d:.]+ |[\d/]+ [\d:]+ INFO )/;

/**
 * Runs a command that answers in JSON.
 *
 * @throws KubectlError also for an answer that is none: an exec whose stream broke can end with success
 *   and half of it.
 */
export async function askJson(
  kubectl: Kubectl,
  args: readonly string[],
  options?: KubectlOptions,
): Promise<unknown> {
  const answer = await kubectl(args, options);
  try {
    return JSON.parse(answer);
  } catch {
    throw new KubectlError(args, `incomplete answer ${JSON.stringify(answer.slice(-80))}`);
  }
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** A proxy's configuration can be many MB in a large mesh. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

export interface KubectlTarget {
  /** @default the context's own namespace */
  namespace?: string;
  /** @default the kubeconfig's current context */
  context?: string | undefined;
  signal?: AbortSignal;
  /** @default kubectl, from PATH */
  program?: string;
}

/** Arguments of kubectl that say where to ask. */
export function targetOptions({ namespace, context }: KubectlTarget): string[] {
  return [
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
    ...(context ? ["--context", context] : []),
  ];
}

export function kubectlFor(target: KubectlTarget): Kubectl {
  const { signal, program = "kubectl" } = target;
  const common = targetOptions(target);
  return (args, { timeoutMs = DEFAULT_TIMEOUT_MS, input = "" } = {}) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        program,
        [...common, ...args],
        { timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, ...(signal && { signal }) },
        (error: ExecFileException | null, stdout, stderr) => {
          if (error === null) {
            resolve(stdout);
          } else if (signal?.aborted === true) {
            reject(new Error("interrupted", { cause: error }));
          } else {
            reject(new KubectlError(args, explain(error, stderr, program, timeoutMs)));
          }
        },
      );
      // A command that ends before it has read its input is judged by how it ended.
      child.stdin?.on("error", () => undefined).end(input);
    });
}

function explain(
  error: ExecFileException,
  stderr: string,
  program: string,
  timeoutMs: number,
): string {
  if (error.code === "ENOENT") {
    return `${program} was not found on PATH; install it or put it there`;
  }
  if (error.killed === true) {
    return `no answer within ${timeoutMs / 1000} s`;
  }
  const lines = stderr.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !LOG_LINE.test(line)).join("; ") || error.message;
}
