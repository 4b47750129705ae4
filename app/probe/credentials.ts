import { readFile } from "node:fs/promises";

import type { Credentials } from "./middleware/protocol.ts";
import type { MiddlewareKind } from "./sample.ts";

/** Credentials by middleware; none where it wants none. */
export type AllCredentials = Partial<Record<MiddlewareKind, Credentials>>;

/**
 * Reads the credentials that are mounted into the pod, a JSON object.
 *
 * @returns none where there is no such file.
 * @throws Error when it holds something else. What is in it is not repeated.
 */
export async function readCredentials(path: string): Promise<AllCredentials> {
  let text;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return {};
    }
    throw error;
  }
  try {
    return JSON.parse(text) as AllCredentials;
  } catch {
    throw new Error(`${path} holds no JSON`);
  }
}
