import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { targetOptions } from "./kubectl.ts";
import type { KubectlTarget } from "./kubectl.ts";

/**
 * Hands over the lines of `kubectl logs --follow` as they are written.
 *
 * @returns once it ends: the container has ended, the connection is lost, or `signal` was aborted. Which of them is
 *   told by the request that comes next.
 */
export type FollowLog = (
  args: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
) => Promise<void>;

export function followLogFor(target: KubectlTarget): FollowLog {
  const { program = "kubectl" } = target;
  return (args, onLine, signal) =>
    new Promise((resolve) => {
      const child = spawn(program, [...targetOptions(target), "logs", "--follow", ...args], {
        stdio: ["ignore", "pipe", "ignore"],
        signal,
      });
      const lines = createInterface({ input: child.stdout }).on("line", onLine);
      const read = new Promise((ended) => lines.once("close", ended));
      child
        .on("error", () => undefined)
        .on("close", () => {
          void read.then(() => {
            resolve();
          });
        });
    });
}
