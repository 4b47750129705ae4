import { randomBytes } from "node:crypto";

/** Returns `prefix` followed by 8 random hex digits. */
export function uniqueName(prefix: string): string {
  return prefix + randomBytes(4).toString("hex");
}
