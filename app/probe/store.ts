import { readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ProbeSpec, ProbeStatus } from "./sample.ts";

/** A run as it is stored: its spec, and its status when the file was last written. */
export interface StoredRun {
  spec: ProbeSpec;
  status: ProbeStatus;
}

const SUFFIX = ".json";

/**
 * Stores each run in a file of the pod, `<run>.json`, so that a result outlives the client that asked for it and a
 * restart of the container.
 */
export class RunStore {
  readonly #directory: string;
  readonly #writes = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Reads all runs, in the order of their names; calls `unreadable` for each file that holds no JSON. */
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

  /** Replaces the run's file in one step: a reader sees the old content or the new. */
  save(run: StoredRun): Promise<void> {
    const file = join(this.#directory, run.spec.run + SUFFIX);
    // Writes run one after the other, so that an older state never overwrites a newer one.
    const write = (this.#writes.get(file) ?? Promise.resolve())
      .catch(() => undefined)
      .then(async () => {
        await writeFile(`${file}.tmp`, `${JSON.stringify(run, undefined, 2)}\n`);
        await rename(`${file}.tmp`, file);
      });
    this.#writes.set(file, write);
    return write;
  }

  /** Settles when every {@link save} so far has succeeded or failed. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#writes.values());
  }
}
