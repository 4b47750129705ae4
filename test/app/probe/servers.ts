import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { Worker } from "node:worker_threads";

/** TCP server on the loopback interface whose connections a test controls. */
export class TestServer {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(): Promise<TestServer> {
    const server = createServer({ allowHalfOpen: true });
    const test = new TestServer(server);
    server.on("connection", (socket) => {
      socket.on("error", () => undefined).resume();
      test.#sockets.push(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return test;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#sockets.length;
  }

  /** Returns connection number `count`, waiting until it is accepted. */
  async accepted(count = 1): Promise<Socket> {
    while (this.#sockets.length < count) {
      await once(this.#server, "connection");
    }
    return this.#sockets[count - 1]!;
  }

  /** Accepts no more connections; open ones stay. */
  stopListening(): void {
    this.#server.close();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    if (this.#server.listening) {
      this.#server.close();
      await once(this.#server, "close");
    }
  }
}

/**
 * Listening socket that does not answer a SYN: its thread sleeps, and its queue of connections to be accepted is full.
 */
export class SilentServer {
  private constructor(
    readonly port: number,
    private readonly sleeper: Worker,
    private readonly queued: readonly Socket[],
  ) {}

  static async listen(): Promise<SilentServer> {
    const sleeper = new Worker(
      `const { parentPort } = require("node:worker_threads");
       const server = require("node:net").createServer();
       server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
         parentPort.postMessage(server.address().port);
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       });`,
      { eval: true },
    );
    const [port] = (await once(sleeper, "message")) as [number];
    // Linux queues one connection more than the backlog.
    const queued = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    await Promise.all(queued.map((socket) => once(socket, "connect")));
    return new SilentServer(port, sleeper, queued);
  }

  async close(): Promise<void> {
    for (const socket of this.queued) {
      socket.on("error", () => undefined).destroy();
    }
    await this.sleeper.terminate();
  }
}

/** Server in a thread of its own that resets each connection as soon as it has accepted it. */
export class ResettingServer {
  private constructor(
    readonly port: number,
    private readonly thread: Worker,
  ) {}

  static async listen(): Promise<ResettingServer> {
    const thread = new Worker(
      `const { parentPort } = require("node:worker_threads");
       const server = require("node:net").createServer((socket) => socket.resetAndDestroy());
       server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`,
      { eval: true },
    );
    const [port] = (await once(thread, "message")) as [number];
    return new ResettingServer(port, thread);
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }
}

/** Finds a port of the loopback interface on which nothing listens. */
export async function unusedPort(): Promise<number> {
  const server = await TestServer.listen();
  const { port } = server;
  await server.close();
  return port;
}
