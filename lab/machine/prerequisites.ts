import { diskProblems } from "./disk.ts";
import { diskNeeds } from "./diskNeeds.ts";
import type { Plan } from "./diskNeeds.ts";
import { goProblems } from "./go.ts";
import { kernelProblems } from "./kernel.ts";
import { succeeds } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { refusals } from "./trials.ts";

/** Commands that the lab runs, by the Debian package that brings them. */
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

/** Lists all problems that keep this machine from running a lab at once, each with its fix. */
export function missingPrerequisites(machine: Machine, plan: Plan): string[] {
  const problems: string[] = [];
  if (machine.platform !== "linux" || machine.arch !== "x64") {
    problems.push(
      `This is ${machine.platform} on ${machine.arch}: the lab needs Linux on x64. ` +
        "Use a virtual machine, or the stack on a cluster of your own (docs/own-cluster.md).",
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
    // They need root and the commands above.
    if (problems.length === 0) {
      problems.push(...refusals(machine));
    }
  }
  problems.push(...diskProblems(diskNeeds(machine, plan), (path) => machine.free(path)));
  return problems;
}

/** Length of the longest socket path that Linux takes, in bytes, without the final zero byte. */
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
