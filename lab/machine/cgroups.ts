import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { eventually } from "../base/wait.ts";

/** Controllers without which a kubelet does not start. */
export const NEEDED_CONTROLLERS = ["cpu", "cpuset", "memory", "pids"] as const;

/** Control groups of a host: their version and where they are mounted. */
export interface CgroupHost {
  /**
   * 2 if version 2 is mounted on /sys/fs/cgroup itself, otherwise 1. runc and the kubelet decide by the same
   * rule.
   */
  version: 1 | 2;
  /** Mount points of the hierarchies that limit and account: each of version 1, or the one of 2. */
  roots: string[];
  /** Mount points of version 2 beside version 1; runc makes groups of the same names there. */
  beside: string[];
  /** Available controllers, sorted. */
  controllers: string[];
}

/** @param mounts content of /proc/self/mounts. */
export function cgroupHost(mounts = readFileSync("/proc/self/mounts", "utf8")): CgroupHost {
  const entries = mounts.split("\n").map((line) => line.split(" "));
  const of = (kind: string): string[][] => entries.filter(([, , type]) => type === kind);
  const v2 = of("cgroup2").map(([, point = ""]) => point);
  if (v2.includes("/sys/fs/cgroup")) {
    const root = "/sys/fs/cgroup";
    return { version: 2, roots: [root], beside: [], controllers: controllersIn(root) };
  }
  const v1 = of("cgroup");
  const options = v1.flatMap(([, , , text = ""]) => text.split(","));
  return {
    version: 1,
    roots: v1.map(([, point = ""]) => point),
    beside: v2,
    controllers: NEEDED_CONTROLLERS.filter((controller) => options.includes(controller)),
  };
}

/** Lists the problems that keep a kubelet from running in this host's control groups, each with its fix. */
export function cgroupProblems(host: CgroupHost): string[] {
  const [root = "/sys/fs/cgroup"] = host.roots;
  if (!isWritable(root)) {
    return [
      `Control groups in ${root} can't be made: they are mounted read-only, or not at all. ` +
        "Run the lab on the machine itself, or in a privileged container.",
    ];
  }
  const missing = NEEDED_CONTROLLERS.filter((each) => !host.controllers.includes(each));
  if (host.version === 1) {
    return missing.map((each) => {
      const dir = `/sys/fs/cgroup/${each}`;
      return `No control groups for ${each}. Mount them: mkdir -p ${dir} && mount -t cgroup -o ${each} none ${dir}`;
    });
  }
  if (missing.length > 0) {
    const list = missing.join(", ");
    return [
      `No control groups for ${list} in ${root}. Boot the kernel with them (cgroup_enable=${list}), ` +
        "or have whoever started this container pass them on.",
    ];
  }
  // Only the host's own root group may have both processes and groups with controllers.
  const passedOn = read(join(root, "cgroup.subtree_control")).trim().split(" ");
  const isHostRoot = !existsSync(join(root, "cgroup.type"));
  const crowded = read(join(root, "cgroup.procs")).trim() !== "";
  if (isHostRoot || !crowded || NEEDED_CONTROLLERS.every((each) => passedOn.includes(each))) {
    return [];
  }
  return [
    `The processes of this container stand in the control group in which the lab has to make its own. ` +
      `Move them into one below: mkdir -p ${root}/init && ` +
      `xargs -rn1 < ${root}/cgroup.procs > ${root}/init/cgroup.procs`,
  ];
}

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Makes the group `name` and returns the folders of the groups that the node's process 1 has to enter. */
export function makeCgroups(name: string, host: CgroupHost): string[] {
  if (host.version === 1) {
    return host.roots.map((root) => makeV1(join(root, name), root));
  }
  const [root = ""] = host.roots;
  // A group has the controllers that its parent passes on.
  for (const controller of controllersIn(root)) {
    try {
      writeFileSync(join(root, "cgroup.subtree_control"), `+${controller}`);
    } catch {
      // The needed controllers were checked before; without another one its limits are missing, no more.
    }
  }
  // In version 2 a group with processes can't pass controllers on: they get one of their own.
  const services = join(root, name, "services");
  mkdirSync(services, { recursive: true });
  return [services];
}

function makeV1(group: string, root: string): string {
  mkdirSync(group, { recursive: true });
  // A cpuset starts empty, and a task can't enter an empty one.
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const from = join(root, file);
    if (existsSync(from)) {
      writeFileSync(join(group, file), readFileSync(from));
    }
  }
  return group;
}

/** Lists every process in the group `name` and in the groups below it. */
export function processesIn(name: string, host: CgroupHost): number[] {
  const pids = host.roots
    .flatMap((root) => withChildren(join(root, name)))
    .flatMap((group) => read(join(group, "cgroup.procs")).split("\n"))
    .filter((line) => line !== "")
    .map(Number);
  return [...new Set(pids)];
}

export function cgroupExists(name: string, host: CgroupHost): boolean {
  return [...host.roots, ...host.beside].some((root) => existsSync(join(root, name)));
}

/** Removes the group `name` with all below it; their processes must have been killed. */
export async function removeCgroups(name: string, host: CgroupHost): Promise<void> {
  for (const root of [...host.roots, ...host.beside]) {
    for (const group of withChildren(join(root, name)).reverse()) {
      // A group whose last process has just been killed is busy for a moment.
      await eventually(`control group ${group} is empty and removed`, () => removed(group));
    }
  }
}

function removed(group: string): boolean {
  try {
    rmdirSync(group);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") {
      return false;
    }
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw error;
    }
  }
  return true;
}

/** Lists the group and those below it, parents first; empty if the group isn't there, or ends meanwhile. */
function withChildren(group: string): string[] {
  const children = foldersIn(group);
  return children === undefined
    ? []
    : [group, ...children.flatMap((name) => withChildren(join(group, name)))];
}

function foldersIn(group: string): string[] | undefined {
  try {
    return readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    // The kubelet removes a pod's group at any time.
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return undefined;
    }
    throw error;
  }
}

/** Lists the controllers that a version 2 group can pass on. */
function controllersIn(group: string): string[] {
  return read(join(group, "cgroup.controllers"))
    .split(/\s+/)
    .filter((word) => word !== "")
    .sort();
}

/** Reads a file; empty if it is gone, as a group can end between being listed and being read. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
