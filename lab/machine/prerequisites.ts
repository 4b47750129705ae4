import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { delimiter, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { cgroupHost, cgroupProblems } from "./cgroups.ts";
import { diskProblems, freeSpace } from "./disk.ts";
import type { DiskNeed, FreeSpace } from "./disk.ts";
import { kernelProblems } from "./kernel.ts";
import { freeNetwork } from "./network.ts";
import { labHome } from "../base/paths.ts";

/** What the checks look at; injected by tests. */
export interface Machine {
  platform: string;
  arch: string;
  uid: number;
  /** Whether a command is on PATH. */
  has(command: string): boolean;
  /** Output of a command that is on PATH; throws where the command fails. */
  output(command: string, ...args: string[]): string;
  /** Where everything of all labs is kept. */
  home: string;
  free(path: string): FreeSpace;
  /** The text with which the kernel was built; undefined where it is not to be had. */
  kernelConfig(): string | undefined;
  cgroupProblems(): string[];
  /** Routes that leave no room for a lab's network; none when there is some. */
  routesInTheWay(): string[];
}

/** What is going to be done, as far as it matters to the checks. */
export interface Plan {
  /** Whether a node has to be started, which one that runs shows to be possible. */
  startsNode: boolean;
  /** Megabytes of results that are going to be built. */
  buildsMegabytes: number;
  /** Whether some of them are compiled by Go. */
  compilesGo: boolean;
}

/**
 * Megabytes that were seen to be written, rounded up: by a lab with the project's stacks in it, and
 * by Go when it builds everything from nothing, into its caches and a working folder.
 */
const LAB_MEGABYTES = 1_500;
const GO_BUILD_MEGABYTES = 7_500;
const GO_MODULES_MEGABYTES = 3_000;
const GO_WORK_MEGABYTES = 1_000;

/** The Go modules of Istio and Pulumi name this version; a later one will do. */
const MINIMUM_GO = [1, 26] as const;

/** From this one on Go fetches a newer toolchain by itself, unless GOTOOLCHAIN=local. */
const GO_WITH_TOOLCHAINS = [1, 21] as const;

/** Commands by the Debian package that brings them. */
const COMMANDS: Record<string, string[]> = {
  "gcc libc6-dev": ["cc"],
  iproute2: ["ip"],
  "python3-pip": ["python3"],
  wget: ["wget"],
  apt: ["apt-get"],
  dpkg: ["dpkg-deb"],
  "util-linux": ["flock", "nsenter", "setpriv", "unshare"],
  mount: ["mount"],
  tar: ["tar"],
};

/**
 * Everything that keeps this machine from running a lab, each with its remedy; none when all is
 * there.
 */
export function missingPrerequisites(machine: Machine, plan: Plan): string[] {
  const problems: string[] = [];
  if (machine.platform !== "linux" || machine.arch !== "x64") {
    problems.push(
      `This is ${machine.platform} on ${machine.arch}: the lab needs Linux on x64. ` +
        "Use a virtual machine, or the stack on a cluster of your own (README, “Your own cluster”).",
    );
    return problems;
  }
  if (machine.uid !== 0) {
    problems.push(
      `You are user ${machine.uid}: the lab needs root, for namespaces and mounts. Run the command with sudo.`,
    );
  }
  problems.push(...goProblems(machine));
  for (const [name, commands] of Object.entries(COMMANDS)) {
    const missing = commands.filter((command) => !machine.has(command));
    if (missing.length > 0) {
      problems.push(`${missing.join(", ")} is not on PATH. Install it: apt-get install ${name}`);
    }
  }
  if (
    machine.has("python3") &&
    !succeeds(() => machine.output("python3", "-m", "pip", "--version"))
  ) {
    problems.push("python3 has no pip. Install it: apt-get install python3-pip");
  }
  problems.push(...homeProblems(machine.home));
  if (plan.startsNode) {
    problems.push(...kernelProblems(machine.kernelConfig()));
    if (machine.uid === 0) {
      problems.push(...machine.cgroupProblems());
    }
    const routes = machine.has("ip") ? machine.routesInTheWay() : [];
    if (routes.length > 0) {
      problems.push(
        `No free network for the lab: this machine routes ${routes.join(", ")} elsewhere. ` +
          "Take one of these routes away while the lab is used (ip route; often a VPN's).",
      );
    }
    // These try what needs root and the commands above.
    if (problems.length === 0) {
      problems.push(...refusals(machine));
    }
  }
  problems.push(...diskProblems(diskNeeds(machine, plan), (path) => machine.free(path)));
  return problems;
}

/** The longest path of a socket that Linux takes, without its final zero byte. */
const SOCKET_PATH_LIMIT = 107;

function homeProblems(home: string): string[] {
  const problems: string[] = [];
  const remedy = "Name another folder: IDLE_TIMEOUT_LAB_HOME";
  const [bad] = /[^\p{L}\p{N}_./@%+=~-]/u.exec(home) ?? [];
  if (bad !== undefined) {
    problems.push(
      `The lab's folder ${home} has a "${bad}" in its name, which mounts and PATH can't take. ` +
        `${remedy}, of letters, digits and ./_-+=@%~.`,
    );
  }
  const longest = `${home}/labs/${"x".repeat(10)}/run/docker.sock`;
  if (Buffer.byteLength(longest) > SOCKET_PATH_LIMIT) {
    const limit = SOCKET_PATH_LIMIT - (longest.length - home.length);
    problems.push(
      `The path of the lab's folder ${home} is too long for sockets in it. ` +
        `${remedy}, of ${limit} characters at most.`,
    );
  }
  return problems;
}

/** Tries, in namespaces that are gone right after, what a kernel or a container may refuse. */
function refusals(machine: Machine): string[] {
  const problems = chrootProblems(machine);
  const attempt = (remedy: string, ...args: string[]): void => {
    if (succeeds(() => machine.output("unshare", ...args))) {
      return;
    }
    problems.push(`This fails here: unshare ${args.join(" ")}\n    ${remedy}`);
  };
  attempt(
    "The lab needs namespaces of its own: run it on the machine itself, or in a privileged container.",
    ...["--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "true"],
  );
  attempt(
    "The lab needs links between network namespaces: modprobe veth, or another kernel.",
    ...["--net", "ip", "link", "add", "lab0", "type", "veth", "peer", "name", "lab1"],
  );
  attempt(
    "The lab needs overlay mounts there: modprobe overlay; where the folder is on an overlay itself, " +
      "as in a container, name one on a volume: IDLE_TIMEOUT_LAB_HOME.",
    ...["--mount", "sh", "-c", OVERLAY_TRIAL, "sh", machine.home],
  );
  return problems;
}

/**
 * Whoever enters a mount namespace has the namespace's root for its own. In the node's, which is a
 * copy of this one, containers would be started in a machine's root that a chroot only hides.
 */
function chrootProblems(machine: Machine): string[] {
  const stat = ["stat", "--format=%d:%i", "/"] as const;
  let namespaceRoot: string | undefined;
  try {
    namespaceRoot = machine.output("nsenter", "--mount=/proc/self/ns/mnt", ...stat);
  } catch {
    // It is another root, without such a command.
  }
  if (namespaceRoot === machine.output(...stat)) {
    return [];
  }
  return [
    "This shell is in a chroot, which hides the machine's root only from what does not enter its " +
      "mount namespace, as the lab's containers do. Enter the folder by pivot_root, as " +
      "test/bare-root.sh does, or by systemd-nspawn, or run the lab on the machine itself.",
  ];
}

const OVERLAY_TRIAL =
  'mkdir -p "$1" && d=$(mktemp -d "$1/trial-XXXXXX") && cd "$d" && mkdir lower upper work root && ' +
  "mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root; " +
  's=$?; umount root; cd / && rm -r "$d"; exit $s';

function diskNeeds(machine: Machine, plan: Plan): DiskNeed[] {
  const needs: DiskNeed[] = [
    {
      what: "the lab and what is built for it",
      path: machine.home,
      megabytes:
        plan.buildsMegabytes +
        (plan.compilesGo ? GO_WORK_MEGABYTES : 0) +
        (plan.startsNode ? LAB_MEGABYTES : 0),
    },
  ];
  if (!plan.compilesGo || !machine.has("go")) {
    return needs;
  }
  for (const [name, what, megabytes] of [
    ["GOCACHE", "Go's build cache", GO_BUILD_MEGABYTES],
    ["GOMODCACHE", "Go's modules", GO_MODULES_MEGABYTES],
  ] as const) {
    const path = machine.output("go", "env", name).trim();
    // What is there already may be other projects', but then nothing is refused wrongly.
    const there = succeeds(() => machine.output("test", "-d", path))
      ? Number.parseInt(machine.output("du", "-sm", path), 10)
      : 0;
    needs.push({ what, path, megabytes: Math.max(0, megabytes - there) });
  }
  return needs;
}

function goProblems(machine: Machine): string[] {
  const wanted = `Go ${MINIMUM_GO.join(".")} or later is needed`;
  if (!machine.has("go")) {
    return [`go is not on PATH: ${wanted}. Install it from go.dev/dl.`];
  }
  const [version = "", toolchain] = machine
    .output("go", "env", "GOVERSION", "GOTOOLCHAIN")
    .split("\n");
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const atLeast = ([wantedMajor, wantedMinor]: readonly [number, number]): boolean =>
    Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor);
  if (atLeast(MINIMUM_GO) || (atLeast(GO_WITH_TOOLCHAINS) && toolchain !== "local")) {
    return [];
  }
  return [`${version} is too old: ${wanted}. Install it from go.dev/dl.`];
}

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function kernelConfig(): string | undefined {
  if (existsSync("/proc/config.gz")) {
    return gunzipSync(readFileSync("/proc/config.gz")).toString("utf8");
  }
  const file = `/boot/config-${release()}`;
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

export const thisMachine: Machine = {
  platform: process.platform,
  arch: process.arch,
  uid: process.getuid?.() ?? -1,
  has: (command) =>
    (process.env.PATH ?? "").split(delimiter).some((dir) =>
      succeeds(() => {
        accessSync(join(dir, command), constants.X_OK);
      }),
    ),
  output: (command, ...args) =>
    execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  home: labHome(),
  free: freeSpace,
  kernelConfig,
  cgroupProblems: () => cgroupProblems(cgroupHost()),
  routesInTheWay: () => {
    const network = freeNetwork("");
    return "coveredBy" in network ? network.coveredBy : [];
  },
};
