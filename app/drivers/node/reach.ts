import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "./config.ts";

const RETRY_MS = 500;

/**
 * Waits until a server takes a connection. In a pod that can take a while: the sidecar of an older mesh starts at the
 * same time as the program.
 *
 * @throws the error of the last attempt after `limitMs`.
 */
export async function awaitServer({ host, port }: Server, limitMs: number): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    try {
      await reach(host, port);
      return;
    } catch (error) {
      if (performance.now() + RETRY_MS > deadlineMs) {
        throw error;
      }
      await sleep(RETRY_MS);
    }
  }
}

function reach(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: RETRY_MS * 4 });
    socket
      .once("error", reject)
      .once("timeout", () => socket.destroy(new Error(`${host}:${port} does not answer`)))
      .once("connect", () => {
        socket.destroy();
        resolve();
      });
  });
}
