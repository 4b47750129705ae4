import { createHash } from "node:crypto";

/** Returns the first hex digits of the SHA-256 of a text or of bytes, at most 64 of them. */
export function digest(content: string | Uint8Array, length = 64): string {
  return createHash("sha256").update(content).digest("hex").slice(0, length);
}

/** Writes a value as JSON with sorted keys, so that equal objects give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
