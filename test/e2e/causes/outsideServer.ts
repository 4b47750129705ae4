import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { nodeState } from "../../../lab/node/node.ts";
import { testLab } from "../support.ts";

/** What a server does to each connection. */
export type Doing =
  /** Ends it, so long after it came. */
  | { afterMs: number; act: "end" | "resetAndDestroy" }
  /** Takes it for one of memcached's, and so long to tell its version. */
  | { versionMs: number };

/** In a process of its own its timers are not behind, however much the tests are at. */
const PROGRAM = `
  const [address, doing] = process.argv.slice(1);
  const { afterMs, act, versionMs } = JSON.parse(doing);
  const open = new Set();
  const server = require("node:net").createServer((socket) => {
    open.add(socket);
    const timer = act && setTimeout(() => socket[act](), afterMs);
    socket.on("error", () => undefined).on("data", (asked) => {
      const version = String(asked).startsWith("version");
      const answer = () => socket.write(version ? "VERSION 1.6.0\\r\\n" : "END\\r\\n");
      versionMs && setTimeout(answer, version ? versionMs : 0);
    });
    socket.on("close", () => (open.delete(socket), clearTimeout(timer)));
  });
  require("node:readline").createInterface(process.stdin).on("line", (port) => {
    [...open].filter((one) => port === "" || one.remotePort === Number(port)).forEach((one) => one.end());
  });
  server.listen(0, address, () => console.log(server.address().port));`;

/** A server outside the cluster that says nothing, on the host's side of the lab's link. */
export class OutsideServer {
  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    /** `host:port` as pods reach it. */
    readonly endpoint: string,
  ) {}

  /** @param doing what else it does than nothing */
  static async start(doing?: Doing): Promise<OutsideServer> {
    const { hostAddress } = nodeState(testLab());
    const argv = ["-e", PROGRAM, hostAddress, JSON.stringify(doing ?? {})];
    // Ends with this process, however that ends.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", process.execPath, ...argv], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    return new OutsideServer(child, `${hostAddress}:${port.toString().trim()}`);
  }

  /** Closes all its connections in order, or those that come from a port. */
  end(port?: number): void {
    this.child.stdin.write(`${port ?? ""}\n`);
  }

  /** How many connections it holds, by the kernel of this machine. */
  async connections(): Promise<number> {
    return (await this.clientPorts()).length;
  }

  /** The other ends' ports of the connections that it holds, by the kernel of this machine. */
  async clientPorts(): Promise<number[]> {
    const port = Number(this.endpoint.split(":").at(-1));
    const local = port.toString(16).toUpperCase().padStart(4, "0");
    const established = new RegExp(`: [0-9A-F]{8}:${local} [0-9A-F]{8}:([0-9A-F]{4}) 01 `, "g");
    const found = (await readFile("/proc/net/tcp", "utf8")).matchAll(established);
    return [...found].map(([, clientPort = ""]) => Number.parseInt(clientPort, 16));
  }

  /** By SIGKILL. */
  async kill(): Promise<void> {
    const ended = once(this.child, "exit");
    if (this.child.kill("SIGKILL")) {
      await ended;
    }
  }

  /** There is nothing beyond its process. */
  remove(): Promise<void> {
    return this.kill();
  }
}
