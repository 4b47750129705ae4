import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** Redis that answers every command and closes connections that are silent for `idleMs`. */
export class ClosingRedis {
  readonly #server;
  readonly #sockets = new Set<Socket>();

  constructor(idleMs: number) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket
        .setTimeout(idleMs)
        .on("timeout", () => socket.end())
        .on("error", () => undefined)
        .on("data", (bytes) => socket.write(answers(bytes.toString())));
    });
  }

  async listen(): Promise<{ host: string; port: number }> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }
}

/** Makes one answer for each command; a command begins with the number of its words, `*2\r\n`. */
function answers(commands: string): string {
  return commands
    .split(/(?=\*\d+\r\n)/)
    .map((command) => (/\r\nget\r\n/i.test(command) ? "$-1\r\n" : "+OK\r\n"))
    .join("");
}
