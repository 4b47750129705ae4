import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What the checks look at; injected by tests. */
export interface Machine {
  platform: string;
  arch: string;
  uid: number;
  /** Whether a command is on PATH. */
  has(command: string): boolean;
  /** Output of a command that is on PATH. */
  output(command: string, ...args: string[]): string;
}

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
  "util-linux": ["unshare"],
  tar: ["tar"],
};

/** Everything that is missing on this machine for a lab, each with its remedy; none when all is there. */
export function missingPrerequisites(machine: Machine): string[] {
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
  return problems;
}

function goProblems(machine: Machine): string[] {
  const wanted = `Go ${MINIMUM_GO.join(".")} or later is needed`;
  if (!machine.has("go")) return [`go is not on PATH: ${wanted}. Install it from go.dev/dl.`];
  const [version = "", toolchain] = machine
    .output("go", "env", "GOVERSION", "GOTOOLCHAIN")
    .split("\n");
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const atLeast = ([wantedMajor, wantedMinor]: readonly [number, number]): boolean =>
    Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor);
  if (atLeast(MINIMUM_GO) || (atLeast(GO_WITH_TOOLCHAINS) && toolchain !== "local")) return [];
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
};
