/** Waits up to 20 s for a condition that the kernel brings about by itself. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  for (const since = Date.now(); !(await condition());) {
    if (Date.now() - since > limitMs) {
      throw new Error(`waited ${limitMs / 1_000} s, but not: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
