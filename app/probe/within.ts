/**
 * Waits for a promise, but no longer than `limitMs`.
 *
 * @throws Error with the message that `late` gives when it takes longer.
 */
export async function within<T>(
  limitMs: number,
  late: () => string,
  promise: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(late()));
    }, limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
