import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Connection } from "./row.ts";

/** Connections and messages of one case, timed by this thread's monotonic clock. */
export class Notes {
  readonly said: string[] = [];
  readonly #opened: { atMs: number; localPort?: number }[] = [];

  /** Notes every outgoing connection of this thread from now on. */
  watchSockets(): void {
    subscribe("net.client.socket", (message) => {
      const { socket } = message as { socket: Socket };
      socket.once("connect", () => {
        const { localPort } = socket;
        this.opened(localPort);
      });
    });
  }

  /** Notes a connection that was opened just now. */
  opened(localPort?: number): void {
    this.#opened.push({ atMs: performance.now(), ...(localPort !== undefined && { localPort }) });
  }

  /** @param zeroMs moment from which times are counted, as `performance.now()` gives it. */
  connections(zeroMs: number): Connection[] {
    return this.#opened.map(({ atMs, ...rest }) => ({ openedMs: rounded(atMs - zeroMs), ...rest }));
  }
}

/** Rounds ms to whole µs. */
export function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
