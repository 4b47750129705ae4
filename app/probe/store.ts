import { readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ProbeSpec, ProbeStatus } from "./sample.ts";

/** A run as it is kept on disk: what was asked, and how things stood when it was last written. */
export interface StoredRun {
  spec: ProbeSpec;
  status: ProbeStatus;
}

const SUFFIX = ".json";

/**
 * Keeps one file per run, `<run>.json`, in the pod's own directory, so that a record outlives both
 * whoever asked for it and a restart of the container.
 */
export class RunStore {
  readonly #directory: string;
  readonly #writes = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Reads back every run; `unreadable` hears of files that hold something else. */
  async load(unreadable: (file: string, reason: string) => void): Promise<StoredRun[]> {
    const runs: StoredRun[] = [];
    for (const file of (await readdir(this.#directory)).sort()) {
      if (file.endsWith(SUFFIX)) {
        try {
          runs.push(JSON.parse(await readFile(join(this.#directory, file), "utf8")) as StoredRun);
        } catch (error) {
          unreadable(file, (error as Error).message);
        }
      }
    }
    return runs;
  }

  /** Replaces the run's file in one step; a reader sees the old content or the new, never a part. */
  save(run: StoredRun): Promise<void> {
    const file = join(this.#directory, run.spec.run + SUFFIX);
    // One after the other, so that a state never overwrites the one that followed it.
    const write = (this.#writes.get(file) ?? Promise.resolve())
      .catch(() => undefined)
      .then(async () => {
        await writeFile(`${file}.tmp`, `${JSON.stringify(run, undefined, 2)}\n`);
        await rename(`${file}.tmp`, file);
      });
    this.#writes.set(file, write);
    return write;
  }

  /** Settles when everything handed to {@link save} is on disk or has failed. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#writes.values());
  }
}
