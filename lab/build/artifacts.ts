import { transformSync } from "esbuild";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join, relative } from "node:path";
import { exec } from "../base/exec.ts";
import { cacheDir, projectDir } from "../base/paths.ts";
import { startTime } from "../base/processes.ts";
import type { Step } from "../base/steps.ts";

/** Definition of a built result: equal definitions give equal results, so each is built once. */
export interface ArtifactDefinition {
  /** File-name-safe. */
  name: string;
  title: string;
  typicalSeconds: number;
  /** Size of its folder on disk, for asking whether there is room. */
  megabytes: number;
  bound: Step["bound"];
  /** Other things that decide about the result: versions, flags. */
  inputs: unknown;
  /**
   * Files and folders of the project that go into it, relative to the project. Of TypeScript the code counts,
   * without types, comments and layout: a better comment rebuilds nothing.
   */
  sources?: string[];
  /** Artifacts that it is made from. */
  from?: Artifact[];
  /** Puts the result into the empty folder `dir`. */
  build: (dir: string, log: string) => Promise<void>;
}

/** A built result, in a folder of its own that is there whole or not at all. */
export interface Artifact {
  title: string;
  megabytes: number;
  key: string;
  /** Its folder, which exists once the step has run. */
  dir: string;
  step: Step;
}

export function artifact(definition: ArtifactDefinition): Artifact {
  const from = definition.from ?? [];
  const hash = createHash("sha256");
  hash.update(JSON.stringify([definition.inputs, from.map((other) => other.key)]));
  for (const source of definition.sources ?? []) {
    hashPath(hash, join(projectDir, source));
  }
  const key = hash.digest("hex").slice(0, 16);
  const dir = join(cacheDir(), `${definition.name}-${key}`);
  return {
    title: definition.title,
    megabytes: definition.megabytes,
    key,
    dir,
    step: {
      title: definition.title,
      needs: from.map((other) => other.title),
      typicalSeconds: definition.typicalSeconds,
      bound: definition.bound,
      done: () => existsSync(dir),
      run: async (log) => {
        const unfinished = `${dir}${UNFINISHED}${process.pid}-${startTime(process.pid) ?? ""}`;
        mkdirSync(unfinished, { recursive: true });
        try {
          await definition.build(unfinished, log);
          // Else a power failure could leave the new name with files that were never written.
          await exec("sync", ["--file-system", unfinished]);
          // Another `up` may have been faster; both results are the same.
          if (!existsSync(dir)) {
            renameSync(unfinished, dir);
          }
        } finally {
          rmSync(unfinished, { recursive: true, force: true });
        }
      },
    },
  };
}

/** Part of the name of a folder that is being filled; id and start time of the filling process follow. */
const UNFINISHED = ".unfinished-";

/** Removes the unfinished results of processes that are gone. */
export function removeAbandoned(): void {
  for (const entry of cacheEntries()) {
    const [, pid, started] = /\.unfinished-(\d+)-(\d+)$/.exec(entry) ?? [];
    if (pid !== undefined && startTime(Number(pid)) !== started) {
      rmSync(join(cacheDir(), entry), { recursive: true, force: true });
    }
  }
}

/** Lists the folders in the cache, which may be of other versions of the project too. */
export function cacheEntries(): string[] {
  return existsSync(cacheDir()) ? readdirSync(cacheDir()).sort() : [];
}

function hashPath(hash: ReturnType<typeof createHash>, path: string): void {
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path).sort()) {
      hashPath(hash, join(path, entry));
    }
  } else {
    hash
      .update(`${relative(projectDir, path)}\0`)
      .update(contentOf(path))
      .update("\0");
  }
}

function contentOf(path: string): string | Buffer {
  const content = readFileSync(path);
  if (!path.endsWith(".ts")) {
    return content;
  }
  const options = { loader: "ts", minifyWhitespace: true, legalComments: "none" } as const;
  return transformSync(content.toString(), options).code;
}
