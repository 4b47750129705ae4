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
import { basename, dirname, join, relative } from "node:path";
import { cacheDir, projectDir } from "./paths";
import type { Step } from "./steps";

/** What defines a built result: equal definitions have equal results, so it is built once. */
export interface ArtifactDefinition {
  /** File-name-safe. */
  name: string;
  title: string;
  typicalSeconds: number;
  bound: Step["bound"];
  /** Whatever else goes into it: versions, flags, keys of artifacts it is made from. */
  inputs: unknown;
  /** Files and folders of the project that go into it, relative to the project. */
  sources?: string[];
  from?: Artifact[];
  /** Puts the result into the empty folder `dir`. */
  build: (dir: string, log: string) => Promise<void>;
}

/** A built result in a folder of its own, which is there whole or not at all. */
export interface Artifact {
  title: string;
  key: string;
  /** The folder; exists once the step has run. */
  dir: string;
  step: Step;
}

export function artifact(definition: ArtifactDefinition): Artifact {
  const from = definition.from ?? [];
  const hash = createHash("sha256");
  hash.update(JSON.stringify([definition.inputs, from.map((other) => other.key)]));
  for (const source of definition.sources ?? []) hashPath(hash, join(projectDir, source));
  const key = hash.digest("hex").slice(0, 16);
  const dir = join(cacheDir(), `${definition.name}-${key}`);
  return {
    title: definition.title,
    key,
    dir,
    step: {
      title: definition.title,
      needs: from.map((other) => other.title),
      typicalSeconds: definition.typicalSeconds,
      bound: definition.bound,
      done: () => existsSync(dir),
      run: async (log) => {
        const unfinished = `${dir}.unfinished-${process.pid}`;
        removeAbandoned(dir);
        mkdirSync(unfinished, { recursive: true });
        try {
          await definition.build(unfinished, log);
          // Another `up` may have been faster; both results are the same.
          if (!existsSync(dir)) renameSync(unfinished, dir);
        } finally {
          rmSync(unfinished, { recursive: true, force: true });
        }
      },
    },
  };
}

/** Removes what builds of the same result left that were killed. */
function removeAbandoned(dir: string): void {
  if (!existsSync(dirname(dir))) return;
  const prefix = `${basename(dir)}.unfinished-`;
  for (const entry of readdirSync(dirname(dir))) {
    const pid = entry.startsWith(prefix) ? Number(entry.slice(prefix.length)) : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      rmSync(join(dirname(dir), entry), { recursive: true, force: true });
    }
  }
}

function hashPath(hash: ReturnType<typeof createHash>, path: string): void {
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path).sort()) hashPath(hash, join(path, entry));
  } else {
    hash
      .update(`${relative(projectDir, path)}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
}
