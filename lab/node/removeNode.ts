import { rmSync } from "node:fs";
import { exec } from "../base/exec.ts";
import { removeLeftLock } from "../base/lock.ts";
import { NETWORK_LOCK } from "../base/paths.ts";
import type { LabPaths } from "../base/paths.ts";
import { eventually } from "../base/wait.ts";
import { cgroupHost, processesIn, removeCgroups } from "../machine/cgroups.ts";
import { linkName } from "../machine/network.ts";
import { cgroupName } from "./identity.ts";
import { foreignLab, linkExists, nodeProcesses } from "./node.ts";

/**
 * Ends the node, if it runs, and removes its control groups, its link and its files but for the logs. This
 * needs nothing that the lab builds.
 */
export async function removeNode(name: string, paths: LabPaths): Promise<void> {
  const host = cgroupHost();
  const group = cgroupName(name);
  for (const { pid, root } of nodeProcesses(name, paths)) {
    if (root !== paths.root) {
      throw foreignLab(name, pid, root);
    }
    // Everything in the node is below its process 1 and ends with it.
    process.kill(pid, "SIGKILL");
  }
  await eventually(`the processes in control group ${group} have ended`, () => {
    return processesIn(group, host).length === 0;
  });
  await removeCgroups(group, host);
  // The kernel removes the link with the node's network, but in its own time.
  const link = linkName(name);
  if (linkExists(link)) {
    await exec("ip", ["link", "delete", link]).catch((error: unknown) => {
      if (linkExists(link)) {
        throw error;
      }
    });
  }
  removeLeftLock(NETWORK_LOCK);
  // The state goes last, so that a removal that was interrupted can be resumed.
  for (const path of [
    paths.marks,
    paths.kubeconfig,
    paths.nodeConfig,
    paths.run,
    paths.etc,
    paths.pki,
    paths.fs,
    paths.data,
    paths.state,
  ]) {
    rmSync(path, { recursive: true, force: true });
  }
}
