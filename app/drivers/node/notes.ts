import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Connection } from "./row.ts";

/** What happens to one case, by this thread's monotonic clock. */
export class Notes {
  readonly said: string[] = [];
  readonly #opened: { atMs: number; localPort?: number }[] = [];

  /** Has every outgoing connection of this thread noted down. */
  watchSockets(): void {
    subscribe("net.client.socket", (message) => {
      const { socket } = message as { socket: Socket };
      socket.once("connect", () => {
        const { localPort } = socket;
        this.opened(localPort);
      });
    });
  }

  opened(localPort?: number): void {
    this.#opened.push({ atMs: performance.now(), ...(localPort !== undefined && { localPort }) });
  }

  /** @param zeroMs moment that times are counted from. */
  connections(zeroMs: number): Connection[] {
    return this.#opened.map(({ atMs, ...rest }) => ({ openedMs: rounded(atMs - zeroMs), ...rest }));
  }
}

/** To whole µs. */
export function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
