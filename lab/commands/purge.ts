import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheEntries } from "../build/artifacts.ts";
import { LabError } from "../base/errors.ts";
import { exec } from "../base/exec.ts";
import { isLock, lockHolder, takeLock } from "../base/lock.ts";
import { findNode } from "../node/node.ts";
import { removeNode } from "../node/removeNode.ts";
import { cacheDir, labPaths, labsDir, lockFile, PURGE } from "../base/paths.ts";
import { readUses } from "./uses.ts";

/**
 * Frees disk space: removes all labs that do not run, and all built results that no running lab uses. Refuses
 * while another process works on a lab.
 */
export async function purge(): Promise<void> {
  const lock = takeLock(lockFile(PURGE), "purge");
  if (!isLock(lock)) {
    throw new LabError(`Another purge is at work: process ${lock.pid}. Wait until it ends.`);
  }
  try {
    const labs = existsSync(labsDir()) ? readdirSync(labsDir()).sort() : [];
    refuseWhileBusy();
    const running = labs.filter((name) =>
      ["running", "foreign"].includes(findNode(name, labPaths(name)).is),
    );
    let freed = 0;
    for (const name of labs.filter((lab) => !running.includes(lab))) {
      const { root } = labPaths(name);
      freed += await megabytes(root);
      await removeNode(name, labPaths(name));
      rmSync(root, { recursive: true, force: true });
    }
    const used = new Set(running.flatMap((name) => readUses(labPaths(name))));
    const unused = cacheEntries().filter((entry) => !used.has(entry));
    for (const entry of unused) {
      freed += await megabytes(join(cacheDir(), entry));
      rmSync(join(cacheDir(), entry), { recursive: true, force: true });
    }
    console.log(
      `Freed ${freed} MB: ${labs.length - running.length} labs, ${unused.length} results.`,
    );
    if (running.length > 0) {
      console.log(
        `Kept the running ${running.length === 1 ? "lab" : "labs"} ${running.join(", ")} and what ` +
          `${running.length === 1 ? "it uses" : "they use"} (npm run lab -- down --name ...).`,
      );
    }
    console.log(
      "Go has caches of its own, which other projects use too. To empty them: go clean -cache -modcache",
    );
  } finally {
    lock.release();
  }
}

function refuseWhileBusy(): void {
  const locks = join(lockFile(PURGE), "..");
  for (const name of readdirSync(locks).filter((file) => file !== PURGE)) {
    const holder = lockHolder(lockFile(name));
    if (holder !== undefined) {
      throw new LabError(
        `Lab ${name}: \`${holder.doing}\` is at work, process ${holder.pid}. Wait until it ends, then purge.`,
      );
    }
  }
}

async function megabytes(path: string): Promise<number> {
  const printed = await exec("du", ["-sm", "--one-file-system", path]);
  return Number(printed.split("\t")[0]);
}
