import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rootfs } from "../../lab/build/rootfs.ts";
import { exec } from "../../lab/base/exec.ts";
import { linkName } from "../../lab/machine/network.ts";
import { cgroupName } from "../../lab/node/identity.ts";
import { labPaths, lockFile, NETWORK_LOCK } from "../../lab/base/paths.ts";

/** The kernel's settings that programs of the node are known to change where they can. */
const SETTINGS = [
  "kernel/keys/root_maxbytes",
  "kernel/keys/root_maxkeys",
  "kernel/panic",
  "kernel/panic_on_oops",
  "net/ipv4/conf/all/route_localnet",
  "net/ipv4/ip_forward",
  "vm/overcommit_memory",
  "vm/panic_on_oom",
].map((name) => `/proc/sys/${name}`);

/**
 * All that the lab `name` could leave on the host, but for what belongs to labs of other names, which
 * come and go beside it.
 */
export async function hostState(name: string): Promise<Record<string, string[]>> {
  const others = [linkName(""), cgroupName("")].map((prefix) => `${prefix}(?!${name}\\b)`);
  const foreign = new RegExp(`\\b(${others.join("|")})`);
  const lines = (text: string): string[] =>
    text
      .split("\n")
      .filter((line) => line !== "" && !foreign.test(line))
      .sort();
  const read = async (command: string, ...args: string[]): Promise<string[]> =>
    lines(await exec(command, args));
  const own = labPaths(name).root;
  return {
    links: lines(readdirSync("/sys/class/net").join("\n")),
    addresses: (await read("ip", "-oneline", "address")).map((line) =>
      line.replace(/valid_lft.*/, ""),
    ),
    routes: await read("ip", "route", "show", "table", "all"),
    settings: SETTINGS.map((path) => `${path} ${readFileSync(path, "utf8").trim()}`),
    rules: [...(await rules("iptables")), ...(await rules("ip6tables"))],
    namespaces: await read("ip", "netns"),
    mounts: lines(readFileSync("/proc/mounts", "utf8")),
    cgroups: await read("find", "/sys/fs/cgroup", "-maxdepth", "2", "-type", "d"),
    files: [own, lockFile(name), NETWORK_LOCK].filter((file) => existsSync(file)),
    processes: processesOf(name),
  };
}

/** By the node's own tools, because a host needs none. Counters and times are no traces. */
async function rules(command: string): Promise<string[]> {
  const saved = await exec("chroot", [join(rootfs.dir, "root"), `${command}-nft-save`]);
  return saved
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => `${command} ${line.replace(/\[\d+:\d+\]/, "")}`);
}

/** Command lines of processes in the lab's control group, with its folder mounted, or called with it. */
function processesOf(name: string): string[] {
  const group = new RegExp(`/${cgroupName(name)}(/|$)`, "m");
  const folder = new RegExp(`${labPaths(name).root}(?![^/\\s,])`);
  return otherProcesses()
    .filter((pid) => {
      const called = read(pid, "cmdline").replaceAll("\0", " ");
      return (
        group.test(read(pid, "cgroup")) ||
        folder.test(read(pid, "mountinfo")) ||
        folder.test(called)
      );
    })
    .map((pid) => read(pid, "cmdline").replaceAll("\0", " "));
}

/** Command lines of processes with the text in their environment. */
export function processesWith(environment: string): string[] {
  return otherProcesses().flatMap((pid) =>
    read(pid, "environ").split("\0").includes(environment)
      ? [read(pid, "cmdline").replaceAll("\0", " ")]
      : [],
  );
}

/** Ids of all processes but this one. */
export function otherProcesses(): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(join("/proc", String(pid), file), "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
}
