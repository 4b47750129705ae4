import { readFile } from "node:fs/promises";

import type { Credentials } from "./middleware/protocol.ts";
import type { MiddlewareKind } from "./sample.ts";

/** Credentials by kind of middleware; a kind without an entry logs in without any. */
export type AllCredentials = Partial<Record<MiddlewareKind, Credentials>>;

/**
 * Reads the credentials that are mounted into the pod, a JSON object.
 *
 * @returns an empty object if there is no such file.
 * @throws Error if the file holds no JSON; its message does not repeat the content.
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
