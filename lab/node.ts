import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { kubernetes, nodeProgram, rootfs } from "./builds";
import { exec } from "./exec";
import type { LabPaths } from "./paths";
import { services, writeServiceConfigs } from "./services";

/** What is kept about a started node; enough to find it again and to take it down. */
export interface NodeState {
  /** Process 1, as the host sees it, with its start time: process ids are used again. */
  pid: number;
  startTime: string;
  /** Keys of what it was started from. */
  builtFrom: string[];
  hostLink: string;
  hostAddress: string;
  nodeAddress: string;
}

/** One state folder per daemon, on the host's file system: overlays can't be stacked at will. */
const DATA = ["containerd", "docker", "etcd", "kubelet", "registry"];

const LINK_PREFIX = "idle-";

/** Starts the lab's node; returns once its process 1 supervises the services. */
export async function startNode(name: string, paths: LabPaths, log: string): Promise<NodeState> {
  const network = freeNetwork(name);
  for (const dir of [paths.run, paths.serviceLogs, paths.etc, join(paths.root, "fs")]) {
    mkdirSync(dir, { recursive: true });
  }
  const fs = (part: string): string => join(paths.root, "fs", part);
  for (const part of ["upper", "work", "root"]) mkdirSync(fs(part), { recursive: true });
  for (const part of DATA) mkdirSync(join(paths.data, part), { recursive: true });
  const program = join(nodeProgram.dir, "node");
  await exec(program, ["pki", paths.pki, network.nodeAddress, name], { log });
  const node = { name, address: network.nodeAddress };
  writeServiceConfigs(paths.etc, paths.pki, node);
  const config = {
    name: cgroupName(name),
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
  const pid = Number(await exec(program, ["start", paths.nodeConfig], { log }));
  const state: NodeState = {
    pid,
    startTime: startTime(pid) ?? "",
    builtFrom: builtFrom(),
    ...network,
  };
  writeFileSync(join(paths.root, "state.json"), JSON.stringify(state, undefined, 2));
  return state;
}

/** What a node of this checkout is made from; another one means the running node is outdated. */
export function builtFrom(): string[] {
  return [rootfs, kubernetes, nodeProgram].map(({ key }) => key);
}

/** The node's state, or undefined when none was started. */
export function readNode(paths: LabPaths): NodeState | undefined {
  try {
    return JSON.parse(readFileSync(join(paths.root, "state.json"), "utf8")) as NodeState;
  } catch {
    return undefined;
  }
}

export function isAlive(state: NodeState): boolean {
  return startTime(state.pid) === state.startTime;
}

/**
 * Ends the node and removes what it left on the host: its link, its control groups, its files.
 * Built results stay.
 */
export async function stopNode(paths: LabPaths): Promise<void> {
  const state = readNode(paths);
  if (state !== undefined) {
    // Everything in the node is below its process 1 and ends with it.
    if (isAlive(state)) process.kill(state.pid, "SIGKILL");
    await until(`process ${state.pid} has ended`, () => !isAlive(state));
    // The kernel removes it with the node's network, but in its own time.
    if (linkExists(state.hostLink)) await exec("ip", ["link", "delete", state.hostLink]);
    await exec(join(nodeProgram.dir, "node"), ["cgroups", paths.nodeConfig]);
  }
  rmSync(paths.root, { recursive: true, force: true });
}

export function cgroupName(name: string): string {
  return `istio-idle-timeout-${name}`;
}

/** The first network of four addresses in 10.213.0.0/16 that touches none of this host's. */
function freeNetwork(name: string): { hostLink: string; hostAddress: string; nodeAddress: string } {
  const taken = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  for (let third = 0; third < 256; third += 1) {
    const prefix = `10.213.${third}.`;
    if (!taken.some(({ address }) => address.startsWith(prefix))) {
      return {
        hostLink: `${LINK_PREFIX}${name}`,
        hostAddress: `${prefix}1`,
        nodeAddress: `${prefix}2`,
      };
    }
  }
  throw new Error("every network 10.213.N.0/30 is taken on this host; remove one (ip address)");
}

function linkExists(link: string): boolean {
  return existsSync(join("/sys/class/net", link));
}

/** Field 22 of /proc/PID/stat: with the pid it names a process for good. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Waits up to 20 s for a condition that the kernel brings about by itself. */
async function until(what: string, condition: () => boolean): Promise<void> {
  for (const since = Date.now(); !condition();) {
    if (Date.now() - since > 20_000) throw new Error(`waited 20 s, but not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
