/**
 * Waits for a promise for at most `limitMs`.
 *
 * @throws Error with the message of `late` after that, or the promise's own error.
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
