import { join } from "node:path";
import { rootfs } from "../build/rootfs.ts";
import { execContained } from "../base/exec.ts";
import type { ExecError } from "../base/exec.ts";
import type { Step } from "../base/steps.ts";

/** Rules as the node's programs make them, by the kernel module that each needs. */
const RULES: Record<string, string> = {
  nf_tables: "-t filter -N TRIAL",
  nf_conntrack: "-t mangle -A PREROUTING -m conntrack --ctstate NEW -j DROP",
  nf_nat: "-t nat -A PREROUTING -p tcp -j DNAT --to-destination 192.0.2.1:80",
  xt_MASQUERADE: "-t nat -A POSTROUTING -j MASQUERADE --random-fully",
  xt_REDIRECT: "-t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001",
  xt_addrtype: "-t nat -A OUTPUT -m addrtype --dst-type LOCAL -j RETURN",
  xt_comment: "-t nat -A OUTPUT -m comment --comment trial -j RETURN",
  xt_mark: "-t nat -A OUTPUT -j MARK --or-mark 0x4000",
  xt_owner: "-t nat -A OUTPUT -m owner --uid-owner 1337 -j RETURN",
  xt_statistic: "-t nat -A OUTPUT -m statistic --mode random --probability 0.5 -j RETURN",
};

/**
 * Makes every kind of rule once with the node's own iptables, in a network namespace that is gone right after.
 * A kernel that lacks a module shows here, before minutes of compiling.
 */
export function firewallTrial(done: () => boolean): Step {
  return {
    title: "Kinds of firewall rules",
    typicalSeconds: 1,
    bound: "other",
    needs: [rootfs.title],
    done,
    run: async (log) => {
      const missing: string[] = [];
      for (const [module, rule] of Object.entries(RULES)) {
        const chroot = ["chroot", join(rootfs.dir, "root"), "iptables", ...rule.split(" ")];
        await execContained("unshare", ["--net", ...chroot], { log }).catch((error: unknown) => {
          missing.push(`  ${module}: iptables ${rule}: ${(error as ExecError).output.trim()}`);
        });
      }
      if (missing.length > 0) {
        throw new Error(
          "the kernel can't make some of the rules that Kubernetes and Istio need. Load their " +
            `modules (modprobe NAME), or boot the distribution's standard kernel:\n${missing.join("\n")}`,
        );
      }
    },
  };
}
