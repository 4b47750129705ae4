import { createHash } from "node:crypto";

/** Returns the first hex digits of the SHA-256 of a text or of bytes, at most 64 of them. */
export function digest(content: string | Uint8Array, length = 64): string {
  return createHash("sha256").update(content).digest("hex").slice(0, length);
}
