import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../base/errors.ts";
import { labPaths } from "../base/paths.ts";
import type { LabPaths } from "../base/paths.ts";
import { commandLine } from "../base/processes.ts";
import { cgroupExists, cgroupHost, processesIn } from "../machine/cgroups.ts";
import { linkName } from "../machine/network.ts";
import type { Network } from "../machine/network.ts";
import { cgroupName } from "./identity.ts";

/** Record of a started node, in the lab's folder. */
export interface NodeState extends Network {
  /** Keys of the artifacts that it was started from. */
  builtFrom: string[];
}

/** Presence of a lab's node on this host. */
export type NodePresence =
  | { is: "absent" }
  /** `pid` is its process 1, as the host sees it. */
  | { is: "running"; pid: number; state: NodeState }
  /** The node was started, but its process 1 is gone: killed, or ended by a reboot. */
  | { is: "ended" }
  /** A start or a removal was interrupted and left parts of it. */
  | { is: "remains" }
  /** A lab of the same name, kept in another folder of this host. */
  | { is: "foreign"; pid: number; root: string };

/**
 * Looks for a node. Its process 1 decides: it stands in the lab's control group and names the lab's folder in
 * its command line, from before the node does anything until its very end, whatever became of the file that
 * describes it.
 */
export function findNode(name: string, paths: LabPaths): NodePresence {
  for (const { pid, root } of nodeProcesses(name, paths)) {
    if (root !== paths.root) {
      return { is: "foreign", pid, root };
    }
    const state = readState(paths);
    return state === undefined ? { is: "remains" } : { is: "running", pid, state };
  }
  if (readState(paths) !== undefined) {
    return { is: "ended" };
  }
  const remains =
    cgroupExists(cgroupName(name), cgroupHost()) ||
    linkExists(linkName(name)) ||
    existsSync(paths.data);
  return { is: remains ? "remains" : "absent" };
}

/** Lists the processes 1 of nodes in the lab's control group, with the folder of the lab that each is of. */
export function nodeProcesses(name: string, paths: LabPaths): { pid: number; root: string }[] {
  return processesIn(cgroupName(name), cgroupHost()).flatMap((pid) => {
    const [, command, root = paths.root] = commandLine(pid);
    return command === "init" ? [{ pid, root }] : [];
  });
}

/**
 * Reads the running node's state.
 *
 * @throws LabError if the lab is not up
 */
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

/** Says that a lab of this name, kept in another folder, runs on this host. */
export function foreignLab(name: string, pid: number, root: string): LabError {
  return new LabError(
    `Lab name "${name}": process ${pid} is the node of a lab of this name in ${root}. ` +
      "Choose another --name, or take that one down with its IDLE_TIMEOUT_LAB_HOME.",
  );
}

export function linkExists(link: string): boolean {
  return existsSync(join("/sys/class/net", link));
}
