import { createHash, randomBytes } from "node:crypto";

/**
 * Returns `prefix` followed by random hex digits. With a seed the digits follow from it and the prefix, so that an
 * update plan and the update itself agree on the name.
 */
export function uniqueName(prefix: string, seed: Uint8Array, digits: number): string {
  const bytes =
    seed.length > 0
      ? createHash("sha512").update(seed).update(prefix).digest()
      : randomBytes(Math.ceil(digits / 2));
  return prefix + bytes.toString("hex").slice(0, digits);
}
