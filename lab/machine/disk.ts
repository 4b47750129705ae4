import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Space that a folder is going to need. */
export interface DiskNeed {
  /** Name of the folder for people. */
  what: string;
  path: string;
  megabytes: number;
}

export interface FreeSpace {
  /** Number of the file system. */
  device: number;
  megabytes: number;
}

/** Measures the free space where `path` is, or will be made. */
export function freeSpace(path: string): FreeSpace {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    return freeSpace(dirname(path));
  }
  const { bavail, bsize } = statfsSync(path);
  return { device: stats.dev, megabytes: (bavail * bsize) / 1_000_000 };
}

/** Lists the file systems that are too full, each with its fix. */
export function diskProblems(needs: DiskNeed[], free: (path: string) => FreeSpace): string[] {
  const byDevice = new Map<number, DiskNeed[]>();
  for (const need of needs.filter(({ megabytes }) => megabytes > 0)) {
    const { device } = free(need.path);
    byDevice.set(device, [...(byDevice.get(device) ?? []), need]);
  }
  return [...byDevice.values()].flatMap((here) => {
    const needed = here.reduce((sum, { megabytes }) => sum + megabytes, 0);
    const { megabytes } = free(here[0]?.path ?? "/");
    if (megabytes >= needed) {
      return [];
    }
    const parts = here.map((need) => `${gigabytes(need.megabytes)} in ${need.path} (${need.what})`);
    return [
      `Free disk: ${gigabytes(megabytes)}, but the lab still needs ${gigabytes(needed)} there: ` +
        `${parts.join(", ")}. Free some (npm run lab -- purge; go clean -cache -modcache), or put ` +
        "a folder elsewhere: IDLE_TIMEOUT_LAB_HOME, GOCACHE, GOMODCACHE.",
    ];
  });
}

function gigabytes(megabytes: number): string {
  return `${(megabytes / 1_000).toFixed(1)} GB`;
}
