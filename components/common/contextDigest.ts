import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { digest } from "../../model/digest.ts";

const LENGTH = 16;

/**
 * Digests everything that an image is built from: names and contents of all files below a folder, and the parameters of
 * the build. The folder's own place and the files' times and modes do not count, so every machine gets the same digest.
 *
 * @param parameters such as base image and platform.
 * @returns 16 hex digits, usable as a tag.
 */
export function contextDigest(folder: string, parameters: readonly string[]): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
    .map((path) => [path, digest(readFileSync(join(folder, path)))]);
  return digest(JSON.stringify({ files, parameters }), LENGTH);
}
