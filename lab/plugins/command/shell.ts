import { spawn } from "node:child_process";
import { messageOf } from "../shared/errors.ts";
import type { CommandInputs } from "./inputs.ts";
import { Lines } from "./lines.ts";

export interface Output {
  stdout: string;
  stderr: string;
}

export interface Run {
  /** The command's text, for `/bin/sh -c`. */
  command: string;
  inputs: CommandInputs;
  /** Output of the resource's last run; absent on its first. */
  previous?: Output | undefined;
  /** Kills the command and everything it started. */
  signal: AbortSignal;
  /** Called with every line of the streams that {@link CommandInputs.logging} asks for. */
  onLine: (line: string) => void;
}

/**
 * Runs a command to its end and cuts the final line break off its output, as `$(...)` does.
 *
 * @throws Error with the exit status and all that was printed
 */
export async function runCommand(run: Run): Promise<Output> {
  const { command, inputs, signal } = run;
  const printed: Buffer[] = [];
  try {
    signal.throwIfAborted();
    // A process group of its own, so that all of it can be ended.
    const child = spawn("/bin/sh", ["-c", command], {
      env: { ...process.env, ...inputs.environment, ...previousOutput(run) },
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
        child.on("error", reject);
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
    const why = signal.aborted ? `${messageOf(signal.reason)}: ` : "";
    const what =
      (error as NodeJS.ErrnoException).code === "E2BIG"
        ? "fork/exec /bin/sh: argument list too long"
        : messageOf(error);
    throw new Error(
      `${why}${what}: running ${JSON.stringify(command)}:\n${Buffer.concat(printed).toString()}`,
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
