import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { messageOf } from "../shared/errors.ts";
import type { CommandInputs } from "./inputs.ts";
import { Lines } from "./lines.ts";

export interface Output {
  stdout: string;
  stderr: string;
}

export interface Run {
  /** The command's text, the last argument of the interpreter. */
  command: string;
  inputs: CommandInputs;
  /** What the last run of the same resource printed; absent on its first. */
  previous?: Output | undefined;
  /** Kills the command and everything it started. */
  signal: AbortSignal;
  /** Called with every line of the streams that {@link CommandInputs.logging} asks for. */
  onLine: (line: string) => void;
}

/**
 * Runs a command to its end. The result has the final line break cut off, as `$(...)` does.
 *
 * @throws Error with the exit status and all that was printed
 */
export async function runCommand(run: Run): Promise<Output> {
  const { command, inputs, signal } = run;
  const [program = "/bin/sh", ...args] = inputs.interpreter?.length
    ? inputs.interpreter
    : ["/bin/sh", "-c"];
  const printed: Buffer[] = [];
  try {
    signal.throwIfAborted();
    if (inputs.dir !== undefined) {
      requireDirectory(inputs.dir);
    }
    // A process group of its own, so that all of it can be ended.
    const child = spawn(program, [...args, command], {
      cwd: inputs.dir,
      env: { ...process.env, ...withEmptyNulls(inputs.environment), ...previousOutput(run) },
      detached: true,
      stdio: "pipe",
    });
    const logging = inputs.logging ?? "stdoutAndStderr";
    const collect = (stream: "stdout" | "stderr"): Buffer[] => {
      const chunks: Buffer[] = [];
      const lines = new Lines(run.onLine);
      const logged = logging === stream || logging === "stdoutAndStderr";
      child[stream].on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        printed.push(chunk);
        if (logged) {
          lines.write(chunk);
        }
      });
      child[stream].on("end", () => {
        lines.end();
      });
      return chunks;
    };
    const stdout = collect("stdout");
    const stderr = collect("stderr");
    const kill = (): void => {
      if (child.pid !== undefined) {
        killGroup(child.pid);
      }
    };
    signal.addEventListener("abort", kill);
    // A command that doesn't read its input closes the pipe early: no error of its own.
    child.stdin.on("error", () => undefined);
    child.stdin.end(inputs.stdin);
    try {
      await new Promise<void>((resolve, reject) => {
        child.on("error", (error: NodeJS.ErrnoException) => {
          reject(new Error(startFailure(error, program)));
        });
        child.on("close", (code, killedBy) => {
          if (code === 0) {
            resolve();
          } else {
            reject(new Error(killedBy ? signalName(killedBy) : `exit status ${code}`));
          }
        });
      });
    } finally {
      signal.removeEventListener("abort", kill);
    }
    return { stdout: withoutFinalBreak(stdout), stderr: withoutFinalBreak(stderr) };
  } catch (error) {
    const reason = signal.aborted ? `${messageOf(signal.reason)}: ` : "";
    throw new Error(
      `${reason}${messageOf(error)}: running ${JSON.stringify(command)}:\n${Buffer.concat(printed).toString()}`,
      { cause: error },
    );
  }
}

function previousOutput({ inputs, previous }: Run): Record<string, string> {
  if (!previous || inputs.addPreviousOutputInEnv === false) {
    return {};
  }
  return {
    ...(previous.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}

function withEmptyNulls(environment: CommandInputs["environment"] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value ?? ""]));
}

/** Node reports a missing working directory as if the program were missing. */
function requireDirectory(dir: string): void {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`chdir ${dir}: no such file or directory`);
  }
}

function startFailure(error: NodeJS.ErrnoException, program: string): string {
  if (error.code === "ENOENT") {
    return program.includes("/")
      ? `fork/exec ${program}: no such file or directory`
      : `exec: "${program}": executable file not found in $PATH`;
  }
  if (error.code === "E2BIG") {
    return `exec: "${program}": argument list too long`;
  }
  return `exec: "${program}": ${error.message}`;
}

function signalName(signal: NodeJS.Signals): string {
  return signal === "SIGKILL" ? "signal: killed" : `signal: ${signal}`;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended in the meantime.
  }
}

function withoutFinalBreak(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString().replace(/\n$/, "");
}
