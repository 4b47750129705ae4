import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { delimiter, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { labHome } from "../base/paths.ts";
import { cgroupHost, cgroupProblems } from "./cgroups.ts";
import { freeSpace } from "./disk.ts";
import type { FreeSpace } from "./disk.ts";
import { freeNetwork } from "./network.ts";

/** Access of the checks to the machine; tests inject another one. */
export interface Machine {
  platform: string;
  arch: string;
  uid: number;
  /** Whether a command is on PATH. */
  has(command: string): boolean;
  /** Output of a command on PATH; throws if the command fails. */
  output(command: string, ...args: string[]): string;
  /** Folder of all labs. */
  home: string;
  free(path: string): FreeSpace;
  /** Configuration that the kernel was built with; undefined if the machine does not tell. */
  kernelConfig(): string | undefined;
  cgroupProblems(): string[];
  /** Routes that leave no room for a lab's network; empty if there is some. */
  routesInTheWay(): string[];
}

/** The machine that this process runs on. */
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

function kernelConfig(): string | undefined {
  if (existsSync("/proc/config.gz")) {
    return gunzipSync(readFileSync("/proc/config.gz")).toString("utf8");
  }
  const file = `/boot/config-${release()}`;
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Tells whether an action throws nothing. */
export function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
