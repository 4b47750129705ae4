import type * as docker from "@pulumi/docker";
import type { Server } from "./server.ts";

/** Longest wait in seconds; images set databases up before their server starts for good. */
const LIMIT_S = 120;
/** Seconds between checks. Docker repeats them as long as the container runs, so they must not disturb. */
const INTERVAL_S = 5;

/** Returns options that make Docker wait until a server has started for good. */
export function readiness({
  port,
  processes,
}: Server): Pick<docker.ContainerArgs, "healthcheck" | "wait" | "waitTimeout"> {
  if (processes === undefined) {
    return {};
  }
  return {
    healthcheck: {
      tests: ["CMD-SHELL", readyScript(port, processes)],
      interval: `${INTERVAL_S}s`,
      timeout: `${INTERVAL_S}s`,
      startPeriod: `${LIMIT_S}s`,
      retries: LIMIT_S / INTERVAL_S,
    },
    wait: true,
    waitTimeout: LIMIT_S,
  };
}

/**
 * Writes a script that succeeds once the server is process 1 of its container and listens; images set the server up in
 * another process first. The script opens no connection: a server would log each, and might count it.
 */
export function readyScript(port: number, processes: readonly string[]): string {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = `:${hexPort} [0-9A-F]*:0000 0A `;
  return `grep -qxE '${processes.join("|")}' /proc/1/comm && grep -qs '${listening}' /proc/net/tcp /proc/net/tcp6`;
}
