import { join } from "node:path";
import { rootfs } from "../../../lab/build/rootfs.ts";
import { exec } from "../../../lab/base/exec.ts";
import { findNode } from "../../../lab/node/node.ts";
import { labPaths } from "../../../lab/base/paths.ts";

/** What is done with packets: dropped without a word, or refused by a reset in the endpoint's name. */
export type Treatment = "drop" | "reset";

const TARGETS: Readonly<Record<Treatment, string[]>> = {
  drop: ["DROP"],
  reset: ["REJECT", "--reject-with", "tcp-reset"],
};

/**
 * A packet filter between the pods of a lab and what is outside: rules in the network namespace of the lab's node, in
 * a chain of their own. They are gone with {@link remove}, and with the lab at the latest.
 */
export class PacketFilter {
  private constructor(
    private readonly netns: string,
    private readonly chain: string,
  ) {}

  /** @param chain name of its chain, of at most 28 characters */
  static async inLab(lab: string, chain: string): Promise<PacketFilter> {
    const node = findNode(lab, labPaths(lab));
    if (node.is !== "running") {
      throw new Error(`lab ${lab} does not run`);
    }
    const filter = new PacketFilter(`/proc/${node.pid}/ns/net`, chain);
    await filter.remove().catch(() => undefined); // what a run that was killed left
    await filter.iptables("-N", chain);
    await filter.iptables("-I", "FORWARD", "-p", "tcp", "-j", chain);
    return filter;
  }

  /**
   * Treats all packets of connections to a port so, in both directions.
   *
   * @param client address of the one pod that this is for; all if absent
   */
  async treat(treatment: Treatment, port: string, client?: string): Promise<void> {
    const target = ["-j", ...TARGETS[treatment]];
    const [from, to] =
      client === undefined
        ? [[], []]
        : [
            ["-s", client],
            ["-d", client],
          ];
    const tcp = ["-A", this.chain, "-p", "tcp"];
    await this.iptables(...tcp, ...from, "--dport", port, ...target);
    await this.iptables(...tcp, ...to, "--sport", port, ...target);
  }

  /** Forgets connections to a port, as a NAT does: drops their packets, and lets later ones pass. */
  async forget(port: string, clientPorts: readonly number[]): Promise<void> {
    const tcp = ["-A", this.chain, "-p", "tcp"];
    for (const clientPort of clientPorts.map(String)) {
      await this.iptables(...tcp, "--sport", clientPort, "--dport", port, "-j", "DROP");
      await this.iptables(...tcp, "--sport", port, "--dport", clientPort, "-j", "DROP");
    }
  }

  async remove(): Promise<void> {
    await this.iptables("-D", "FORWARD", "-p", "tcp", "-j", this.chain);
    await this.iptables("-F", this.chain);
    await this.iptables("-X", this.chain);
  }

  /** The node's own, because a host needs none. */
  private async iptables(...args: string[]): Promise<void> {
    const inside = ["chroot", join(rootfs.dir, "root"), "iptables", "--wait", "10"];
    await exec("nsenter", [`--net=${this.netns}`, ...inside, ...args]);
  }
}
