import { setTimeout as sleep } from "node:timers/promises";

const LIMIT_MS = 10_000;

/** Resolves when the condition holds. @throws Error if it doesn't come to hold */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const start = Date.now();
  while (!condition()) {
    if (Date.now() - start > LIMIT_MS) {
      throw new Error(`waited ${LIMIT_MS / 1000} s for ${what}`);
    }
    await sleep(5);
  }
}
