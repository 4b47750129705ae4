/** Runs tasks in their order, so many of them at once; rejects with the first failure when all have ended. */
export async function atOnce(
  most: number,
  tasks: readonly (() => Promise<unknown>)[],
): Promise<void> {
  const left = tasks.values();
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: most }, async () => {
      for (const task of left) {
        await task().catch((error: unknown) => failures.push(error));
      }
    }),
  );
  if (failures.length > 0) {
    throw failures[0];
  }
}
