import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../base/exec.ts";
import { isLock, takeLock } from "../base/lock.ts";
import { NETWORK_LOCK } from "../base/paths.ts";
import type { LabPaths } from "../base/paths.ts";
import { kubernetes, nodeProgram } from "../build/goBuilds.ts";
import { rootfs } from "../build/rootfs.ts";
import { cgroupHost, makeCgroups } from "../machine/cgroups.ts";
import { freeNetwork } from "../machine/network.ts";
import type { Network } from "../machine/network.ts";
import { cgroupName } from "./identity.ts";
import type { NodeState } from "./node.ts";
import { removeNode } from "./removeNode.ts";
import { writeServiceConfigs } from "./serviceConfigs.ts";
import { services } from "./services.ts";

/** Daemons with a folder of state each, on the host's file system: overlays can't be stacked at will. */
const DATA = ["containerd", "docker", "etcd", "kubelet", "registry"];

/**
 * Starts the lab's node; returns once its process 1 supervises the services. The remains of an earlier start
 * must have been removed. A start that fails removes what it made.
 */
export async function startNode(name: string, paths: LabPaths, log: string): Promise<NodeState> {
  // Another lab that starts meanwhile would choose the same network.
  const lock = takeLock(NETWORK_LOCK, `start lab ${name}`, 60);
  if (!isLock(lock)) {
    throw new Error(`process ${lock.pid} (${lock.doing}) has held ${NETWORK_LOCK} for 60 s`);
  }
  try {
    const network = freeNetwork(name);
    if ("coveredBy" in network) {
      throw new Error(
        `no free network for the lab: ${network.coveredBy.join(", ")} are in the way`,
      );
    }
    return await startIn(network, name, paths, log);
  } catch (error) {
    await removeNode(name, paths);
    throw error;
  } finally {
    lock.release();
  }
}

async function startIn(
  network: Network,
  name: string,
  paths: LabPaths,
  log: string,
): Promise<NodeState> {
  // Docker's socket is in this folder, and its group may mean somebody else on the host. The folder is there
  // already, for the output of the steps before.
  mkdirSync(paths.root, { recursive: true });
  chmodSync(paths.root, 0o700);
  for (const dir of [paths.run, paths.serviceLogs, paths.etc]) {
    mkdirSync(dir, { recursive: true });
  }
  const fs = (part: string): string => join(paths.fs, part);
  for (const part of ["upper", "work", "root"]) {
    mkdirSync(fs(part), { recursive: true });
  }
  for (const part of DATA) {
    mkdirSync(join(paths.data, part), { recursive: true });
  }
  const program = join(nodeProgram.dir, "node");
  await exec(program, ["pki", paths.pki, network.nodeAddress, name], { log });
  const node = { name, address: network.nodeAddress };
  writeServiceConfigs(paths.etc, paths.pki, node);
  const config = {
    name: cgroupName(name),
    lab: paths.root,
    cgroups: makeCgroups(cgroupName(name), cgroupHost()),
    lower: join(rootfs.dir, "root"),
    upper: fs("upper"),
    work: fs("work"),
    root: fs("root"),
    network: { ...network, prefixBits: 30 },
    log: join(paths.serviceLogs, "node.log"),
    binds: [
      { source: kubernetes.dir, target: "/opt/kubernetes" },
      { source: paths.etc, target: "/etc/lab" },
      { source: paths.pki, target: "/etc/lab-pki" },
      { source: paths.run, target: "/run/lab" },
      { source: paths.serviceLogs, target: "/var/log/lab" },
      ...DATA.map((part) => ({ source: join(paths.data, part), target: `/var/lib/${part}` })),
    ],
    services: services(node, cgroupName(name)),
  };
  writeFileSync(paths.nodeConfig, JSON.stringify(config, undefined, 2));
  // Process 1 must outlive this process, but the program that starts it must not.
  await exec("setpriv", ["--pdeathsig", "KILL", program, "start", paths.nodeConfig], { log });
  const state: NodeState = { builtFrom: builtFrom(), ...network };
  writeState(paths, state);
  return state;
}

/** Keys of the artifacts that a node of this checkout is started from; a running node with others is outdated. */
export function builtFrom(): string[] {
  return [rootfs, kubernetes, nodeProgram].map(({ key }) => key);
}

/** Writes the state whole or not at all. */
function writeState(paths: LabPaths, state: NodeState): void {
  writeFileSync(`${paths.state}.new`, JSON.stringify(state, undefined, 2));
  renameSync(`${paths.state}.new`, paths.state);
}
