import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { kubernetes, nodeProgram, rootfs } from "../build/builds.ts";
import {
  cgroupExists,
  cgroupHost,
  makeCgroups,
  processesIn,
  removeCgroups,
} from "../machine/cgroups.ts";
import { LabError } from "../base/errors.ts";
import { exec } from "../base/exec.ts";
import { isLock, removeLeftLock, takeLock } from "../base/lock.ts";
import { freeNetwork, linkName } from "../machine/network.ts";
import type { Network } from "../machine/network.ts";
import { labPaths, NETWORK_LOCK } from "../base/paths.ts";
import type { LabPaths } from "../base/paths.ts";
import { commandLine } from "../base/processes.ts";
import { services, writeServiceConfigs } from "./services.ts";
import { eventually } from "../base/wait.ts";

/** What is kept about a started node. */
export interface NodeState extends Network {
  /** Keys of what it was started from. */
  builtFrom: string[];
}

/** What there is of a lab's node on this host. */
export type NodePresence =
  | { is: "absent" }
  /** `pid` is its process 1, as the host sees it. */
  | { is: "running"; pid: number; state: NodeState }
  /** It was started, but its process 1 has gone: killed, or ended by a reboot. */
  | { is: "ended" }
  /** Parts of it are there, of a start or a removal that was interrupted. */
  | { is: "remains" }
  /** A lab of the same name, kept in another folder of this host. */
  | { is: "foreign"; pid: number; root: string };

/** One state folder per daemon, on the host's file system: overlays can't be stacked at will. */
const DATA = ["containerd", "docker", "etcd", "kubelet", "registry"];

/**
 * Looks for a node. What counts is the process 1 in the lab's control group, which names the lab's
 * folder in its command line: it is there from before the node does anything until its very end,
 * whatever became of the file that describes it.
 */
export function findNode(name: string, paths: LabPaths): NodePresence {
  const host = cgroupHost();
  const group = cgroupName(name);
  for (const pid of processesIn(group, host)) {
    const [, command, root = paths.root] = commandLine(pid);
    if (command !== "init") {
      continue;
    }
    if (root !== paths.root) {
      return { is: "foreign", pid, root };
    }
    const state = readState(paths);
    return state === undefined ? { is: "remains" } : { is: "running", pid, state };
  }
  if (readState(paths) !== undefined) {
    return { is: "ended" };
  }
  const remains = cgroupExists(group, host) || linkExists(linkName(name)) || existsSync(paths.data);
  return { is: remains ? "remains" : "absent" };
}

/**
 * Starts the lab's node; returns once its process 1 supervises the services. Whatever an earlier
 * start left must have been removed. A start that fails removes what it made.
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
  // The node's docker socket is in it, and its group may mean somebody else on the host. The folder
  // is there already, for the output of the steps before.
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

/** What a node of this checkout is made from; another one means the running node is outdated. */
export function builtFrom(): string[] {
  return [rootfs, kubernetes, nodeProgram].map(({ key }) => key);
}

/** Whole or not at all. */
function writeState(paths: LabPaths, state: NodeState): void {
  writeFileSync(`${paths.state}.new`, JSON.stringify(state, undefined, 2));
  renameSync(`${paths.state}.new`, paths.state);
}

/** The running node's state; a {@link LabError} when there is none. */
export function nodeState(name: string): NodeState {
  const node = findNode(name, labPaths(name));
  if (node.is !== "running") {
    throw new LabError(`Lab ${name} is not up. Start it: npm run lab -- up --name ${name}`);
  }
  return node.state;
}

function readState(paths: LabPaths): NodeState | undefined {
  try {
    return JSON.parse(readFileSync(paths.state, "utf8")) as NodeState;
  } catch {
    return undefined;
  }
}

/**
 * Ends the node, if it runs, and removes all that is left of it on the host: its control groups, its
 * link and its files, but for the logs. It needs none of what the lab builds.
 */
export async function removeNode(name: string, paths: LabPaths): Promise<void> {
  const host = cgroupHost();
  const group = cgroupName(name);
  for (const pid of processesIn(group, host)) {
    const [, command, root = paths.root] = commandLine(pid);
    if (command !== "init") {
      continue;
    }
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
  // The state goes last: until then an interrupted removal is one to be gone on with.
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

export function foreignLab(name: string, pid: number, root: string): LabError {
  return new LabError(
    `Lab name "${name}": process ${pid} is the node of a lab of this name in ${root}. ` +
      "Choose another --name, or take that one down with its IDLE_TIMEOUT_LAB_HOME.",
  );
}

export function cgroupName(name: string): string {
  return `istio-idle-timeout-${name}`;
}

function linkExists(link: string): boolean {
  return existsSync(join("/sys/class/net", link));
}
