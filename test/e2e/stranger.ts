import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { exec } from "../../lab/base/exec.ts";

/** Addresses that belong to nobody (RFC 5737). */
const ADDRESS = "198.51.100.2";
const GATEWAY = "198.51.100.1";
const LINK = "idle-stranger";

/** Waits a second for each of its connections: much longer than one takes on a machine. */
const CONNECT = `
  const { connect } = require("node:net");
  const [host, ...ports] = process.argv.slice(1);
  const open = (port) => new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) });
    socket.setTimeout(1000, () => { socket.destroy(); resolve(false); });
    socket.on("connect", () => { socket.destroy(); resolve(true); });
    socket.on("error", reject);
  });
  Promise.all(ports.map(open)).then((each) => console.log(JSON.stringify(each)));`;

/**
 * Another machine in all that matters to a lab: a network namespace with an address of its own, for
 * which this machine routes. It routes for this one's link and the lab's alone, so that nothing is
 * changed for others.
 */
export class Stranger {
  static readonly address = ADDRESS;

  private constructor(
    private readonly process: ChildProcess,
    private readonly labForwarding: { file: string; before: string },
  ) {}

  /** @param labLink the host's end of the lab's link. */
  static async routedTo(labLink: string): Promise<Stranger> {
    const holder = spawn("unshare", ["--net", "sh", "-c", "echo here; exec cat"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    const file = forwarding(labLink);
    const stranger = new Stranger(holder, { file, before: readFileSync(file, "utf8") });
    try {
      const peer = ["type", "veth", "peer", "name", "eth0", "netns", String(holder.pid)];
      await exec("ip", ["link", "add", LINK, ...peer]);
      await exec("ip", ["address", "add", `${GATEWAY}/30`, "dev", LINK]);
      await exec("ip", ["link", "set", LINK, "up"]);
      await stranger.run("ip", "address", "add", `${ADDRESS}/30`, "dev", "eth0");
      await stranger.run("ip", "link", "set", "eth0", "up");
      await stranger.run("ip", "route", "add", "default", "via", GATEWAY);
      for (const each of [forwarding(LINK), file]) {
        writeFileSync(each, "1");
      }
      return stranger;
    } catch (error) {
      await stranger.leave();
      throw error;
    }
  }

  /** Whether each of the ports takes a connection. */
  async connects(host: string, ports: number[]): Promise<boolean[]> {
    const printed = await this.run(process.execPath, "-e", CONNECT, host, ...ports.map(String));
    return JSON.parse(printed) as boolean[];
  }

  /** Ends it; its links go with it. */
  async leave(): Promise<void> {
    writeFileSync(this.labForwarding.file, this.labForwarding.before);
    this.process.stdin?.end();
    if (this.process.exitCode === null) {
      await once(this.process, "exit");
    }
    assert.equal(this.process.exitCode, 0);
    await exec("ip", ["link", "delete", LINK]).catch(() => undefined); // it may have gone already
  }

  private run(command: string, ...args: string[]): Promise<string> {
    const namespace = `--net=/proc/${this.process.pid ?? 0}/ns/net`;
    return exec("nsenter", [namespace, command, ...args]);
  }
}

function forwarding(link: string): string {
  return `/proc/sys/net/ipv4/conf/${link}/forwarding`;
}
