/**
 * Waits for a condition that comes about by itself.
 *
 * @param what the condition in words, for the error.
 * @throws Error if it does not hold within the limit
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  for (const since = Date.now(); !(await condition());) {
    if (Date.now() - since > limitMs) {
      throw new Error(`waited ${limitMs / 1_000} s in vain for this: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
