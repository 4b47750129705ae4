import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { artifact } from "../build/artifacts.ts";
import { pulumi } from "../build/goBuilds.ts";
import { plugins as ownPlugins } from "../build/programs.ts";
import { execContained } from "../base/exec.ts";
import type { LabPaths } from "../base/paths.ts";
import { packageVersion, PLUGIN_NAMES } from "../plugins/build.ts";
import type { Step } from "../base/steps.ts";

/** Limit for the first download, in ms: within it shows whether the official plugins can be reached. */
const REACH_LIMIT_MS = 8_000;

/** Limit for each of the others, in ms: they are larger, and are known to be within reach. */
const DOWNLOAD_LIMIT_MS = 300_000;

/** Official plugins in the versions that the stack's packages ask for, in a Pulumi home. */
const officialPlugins = artifact({
  name: "plugins-official",
  title: "Official provider plugins",
  typicalSeconds: 8,
  megabytes: 300,
  bound: "other",
  inputs: PLUGIN_NAMES,
  sources: ["package-lock.json"],
  async build(dir, log) {
    for (const [index, name] of PLUGIN_NAMES.entries()) {
      await execContained(
        join(pulumi.dir, "pulumi"),
        ["plugin", "install", "resource", name, await packageVersion(name)],
        {
          log,
          env: { PULUMI_HOME: dir, PULUMI_SKIP_UPDATE_CHECK: "true" },
          timeoutMs: index === 0 ? REACH_LIMIT_MS : DOWNLOAD_LIMIT_MS,
        },
      );
    }
  },
});

const OFFICIAL = join(officialPlugins.dir, "plugins");

/**
 * Lays out Pulumi's home with the official plugins, or with the lab's own if those can't be downloaded, which is
 * tried once for each lab. The lab's own are laid out again whenever they were rebuilt, in a running lab too.
 */
export function pulumiHome(paths: LabPaths): Step {
  return {
    title: "Pulumi's home",
    typicalSeconds: 8,
    bound: "other",
    needs: [ownPlugins, pulumi].map(({ title }) => title),
    done: () => [OFFICIAL, ownPlugins.dir].includes(laidOut(paths) ?? ""),
    run: async (log) => {
      for (const dir of [paths.pulumiHome, paths.pulumiState, paths.stackFiles]) {
        mkdirSync(dir, { recursive: true });
      }
      const known = laidOut(paths) !== undefined;
      const plugins = !known && (await haveOfficial(log)) ? OFFICIAL : ownPlugins.dir;
      rmSync(linkIn(paths), { force: true });
      symlinkSync(plugins, linkIn(paths));
    },
  };
}

async function haveOfficial(log: string): Promise<boolean> {
  if (officialPlugins.step.done?.() === true) {
    return true;
  }
  try {
    await officialPlugins.step.run(log);
    return true;
  } catch {
    return false; // The log says why.
  }
}

/** Says in one line which plugins a lab's Pulumi uses. */
export function pluginsLine(paths: LabPaths): string {
  const target = laidOut(paths);
  const names = `${PLUGIN_NAMES.slice(0, -1).join(", ")} and ${PLUGIN_NAMES.at(-1) ?? ""}`;
  if (target === undefined) {
    return "plugins: none laid out yet";
  }
  return target === OFFICIAL
    ? `plugins: the official ones for ${names}`
    : `plugins: the lab's own for ${names}, because the official ones could not be downloaded`;
}

/** Returns the folder of the laid-out plugins; undefined if there is none, or if it is gone. */
export function laidOut(paths: LabPaths): string | undefined {
  return existsSync(linkIn(paths)) ? readlinkSync(linkIn(paths)) : undefined;
}

function linkIn(paths: LabPaths): string {
  return join(paths.pulumiHome, "plugins");
}
