import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { nodeState } from "../../lab/node/node.ts";
import { testLab } from "./support.ts";

/** What a server does to each connection, so long after it came. */
export interface Doing {
  afterMs: number;
  act: "end" | "resetAndDestroy";
}

/** In a process of its own its timers are not behind, however much the tests are at. */
const PROGRAM = `
  const [address, doing] = process.argv.slice(1);
  const { afterMs, act } = JSON.parse(doing);
  const server = require("node:net").createServer((socket) => {
    const timer = act && setTimeout(() => socket[act](), afterMs);
    socket.on("error", () => undefined).on("close", () => clearTimeout(timer)).resume();
  });
  server.listen(0, address, () => console.log(server.address().port));`;

/** A server outside the cluster that says nothing, on the host's side of the lab's link. */
export class OutsideServer {
  private constructor(
    private readonly child: ChildProcess,
    /** `host:port` as pods reach it. */
    readonly endpoint: string,
  ) {}

  /** @param doing what else it does than nothing */
  static async start(doing?: Doing): Promise<OutsideServer> {
    const { hostAddress } = nodeState(testLab());
    const argv = ["-e", PROGRAM, hostAddress, JSON.stringify(doing ?? {})];
    // Ends with this process, however that ends.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", process.execPath, ...argv], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    return new OutsideServer(child, `${hostAddress}:${port.toString().trim()}`);
  }

  /** By SIGKILL. */
  async kill(): Promise<void> {
    const ended = once(this.child, "exit");
    if (this.child.kill("SIGKILL")) {
      await ended;
    }
  }
}
