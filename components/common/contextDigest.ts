import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { digest } from "../../model/digest.ts";

const LENGTH = 16;

/**
 * Digest of what an image is built from: names and contents of all files below a folder, and the
 * parameters of the build. Neither the folder's own place nor times or modes of the files count, so
 * that it is the same on every machine.
 *
 * @param parameters e.g. base image and platform.
 * @returns 16 hex digits, which do as a tag.
 */
export function contextDigest(folder: string, parameters: readonly string[]): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
    .map((path) => [path, digest(readFileSync(join(folder, path)))]);
  return digest(JSON.stringify({ files, parameters }), LENGTH);
}
