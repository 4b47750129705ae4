import { readFileSync, writeFileSync } from "node:fs";
import type { LabPaths } from "../base/paths.ts";

/**
 * Adds folders of the cache, by name, to those that a lab uses and `purge` therefore keeps. None is taken off
 * while the lab is there: a shell may still have an older one on its PATH.
 */
export function noteUses(paths: LabPaths, names: string[]): void {
  const all = new Set([...readUses(paths), ...names]);
  writeFileSync(paths.uses, JSON.stringify([...all].sort(), undefined, 2));
}

/** Reads the names of the cache's folders that a lab uses. */
export function readUses(paths: LabPaths): string[] {
  try {
    return JSON.parse(readFileSync(paths.uses, "utf8")) as string[];
  } catch {
    return [];
  }
}
