import assert from "node:assert/strict";
import { eventually } from "../../../lab/base/wait.ts";
import { NODE_IMAGE } from "../../../lab/build/images.ts";
import { kubectl } from "../support.ts";
import type { Outside } from "./case.ts";

const PORT = 7000;
const NAMES = ["server-a", "server-b"];
const LISTEN = `require("node:net").createServer((socket) => socket.resume()).listen(${PORT})`;

/** Two servers that say nothing behind one name, for which each pod is given another of their addresses first. */
export class TwoServers implements Outside {
  readonly endpoint = `two.servers:${PORT}`;

  private constructor(
    private readonly namespace: string,
    readonly hosts: Outside["hosts"],
  ) {}

  static async start(name: string): Promise<TwoServers> {
    const namespace = `servers-${name}`;
    await kubectl("create", "namespace", namespace);
    const account = ["get", "serviceaccount", "default", "--namespace", namespace];
    const there = (): Promise<boolean> => kubectl(...account).then(Boolean, () => false);
    await eventually("the namespace takes pods", there, 30_000);
    for (const pod of NAMES) {
      const image = ["--image", NODE_IMAGE, "--namespace", namespace, "--restart", "Never"];
      await kubectl("run", pod, ...image, "--", "node", "-e", LISTEN);
    }
    const wait = ["--for=condition=Ready", "--timeout=100s", "--all", "pods"];
    await kubectl("wait", ...wait, "--namespace", namespace);
    const addresses = "--output=jsonpath={.items[*].status.podIP}";
    const [a, b] = (await kubectl("get", "pods", "--namespace", namespace, addresses)).split(" ");
    assert.ok(a !== undefined && b !== undefined);
    const hosts = { "with-sidecar": { "two.servers": a }, "without-sidecar": { "two.servers": b } };
    return new TwoServers(namespace, hosts);
  }

  /** How many connections each of them holds, from the one with more to the one with fewer. */
  async connections(): Promise<number[]> {
    const established = new RegExp(
      `:${PORT.toString(16).toUpperCase()} [0-9A-F]+:[0-9A-F]{4} 01 `,
      "g",
    );
    const counts = await Promise.all(
      NAMES.map(async (pod) => {
        const list = ["cat", "/proc/net/tcp", "/proc/net/tcp6"];
        const table = await kubectl("exec", pod, "--namespace", this.namespace, "--", ...list);
        return [...table.matchAll(established)].length;
      }),
    );
    return counts.sort((x, y) => y - x);
  }

  async remove(): Promise<void> {
    await kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--timeout=90s");
  }
}
