import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { once } from "node:events";

export interface ExecOptions {
  cwd?: string;
  /** Variables added to this process's environment. */
  env?: Record<string, string>;
  /** File to which the output is appended. Without it the output is only in the result. */
  log?: string;
  /** Text for standard input. */
  input?: string;
  /** Limit, in ms, after which the command is killed. */
  timeoutMs?: number;
  /** Gets the output as it comes, in pieces of any length, and the process id of the command. */
  onOutput?: (text: string, pid: number) => void;
  /**
   * Whether the kernel ends the command, with all that it started, as soon as this process ends, even by
   * kill -9. Needs root.
   */
  contained?: boolean;
}

/** Failure of a command that could not be started, did not end well or took too long. */
export class ExecError extends Error {
  constructor(
    readonly command: string,
    reason: string,
    /** Its standard error, or its standard output if that is empty. */
    readonly output: string,
  ) {
    super(`${command}: ${reason}${output === "" ? "" : `: ${lastLines(output)}`}`);
  }
}

/** Command that runs another in a process namespace, which ends with its first process. */
const CONTAINER = ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--kill-child", "--"];

/**
 * Runs a command to its end.
 *
 * @returns its standard output
 * @throws ExecError
 */
export async function exec(
  command: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<string> {
  const [program = "", ...words] = [
    ...(options.contained === true ? CONTAINER : []),
    command,
    ...args,
  ];
  const child = spawn(program, words, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: "pipe",
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    killSignal: options.contained === true ? "SIGKILL" : "SIGTERM",
  });
  const log =
    options.log === undefined ? undefined : createWriteStream(options.log, { flags: "a" });
  log?.write(`$ ${command} ${args.join(" ")}\n`);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    log?.write(text);
    options.onOutput?.(text, child.pid ?? 0);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    log?.write(text);
    options.onOutput?.(text, child.pid ?? 0);
  });
  // A command that ends before it has read its input is judged by how it ended.
  child.stdin.on("error", () => undefined).end(options.input ?? "");
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    if (code !== 0) {
      const reason = child.killed
        ? `took longer than ${(options.timeoutMs ?? 0) / 1_000} s`
        : code === null
          ? `ended by ${signal ?? "a signal"}`
          : `exit status ${code}`;
      throw new ExecError(command, reason, stderr.trim() === "" ? stdout : stderr);
    }
    return stdout;
  } catch (error) {
    if (error instanceof ExecError) {
      throw error;
    }
    throw new ExecError(command, error instanceof Error ? error.message : String(error), "");
  } finally {
    log?.end();
  }
}

/** Runs a command like {@link exec}, but one that must not outlive this process: see {@link ExecOptions.contained}. */
export function execContained(
  command: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<string> {
  return exec(command, args, { ...options, contained: true });
}

/** Returns the end of a long output, where commands say what went wrong. */
function lastLines(text: string): string {
  return text.trim().split("\n").slice(-8).join("\n");
}
