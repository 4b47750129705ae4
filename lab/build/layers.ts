import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeLayer } from "./oci.ts";

/** Sources that decide how every layer comes out. */
export const LAYER_SOURCES = [
  "lab/build/debianFiles.ts",
  "lab/build/layers.ts",
  "lab/build/oci.ts",
];

/** Makes the folder `dir` with a layer of the files that `fill` puts into the folder it is given. */
export async function packLayer(
  dir: string,
  fill: (files: string) => Promise<void> | void,
): Promise<void> {
  const files = join(dir, "files");
  mkdirSync(files, { recursive: true });
  await fill(files);
  await writeLayer(files, dir);
}

/** Copies a file to a path of the layer in `files`. */
export function install(source: string, files: string, target: string, mode = 0o755): void {
  const path = join(files, target);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(source, path);
  chmodSync(path, mode);
}
