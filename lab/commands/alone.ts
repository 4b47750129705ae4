import { LabError } from "../base/errors.ts";
import { isLock, lockHolder, takeLock } from "../base/lock.ts";
import type { Holder } from "../base/lock.ts";
import { lockFile, PURGE } from "../base/paths.ts";

/**
 * Runs `action` while it holds the lab's lock, so that no other process works on the lab. On Ctrl-C or another
 * request to end it says how to resume.
 */
export async function alone(
  name: string,
  doing: string,
  action: () => Promise<void>,
): Promise<void> {
  const busy = (holder: Holder, what: string): LabError =>
    new LabError(
      `${what}: \`${holder.doing}\` is at work, process ${holder.pid} since ${holder.since}. ` +
        `Wait until it ends, or end it: kill ${holder.pid}`,
    );
  const lock = takeLock(lockFile(name), doing);
  if (!isLock(lock)) {
    throw busy(lock, `Lab ${name}`);
  }
  const interrupted = (_: NodeJS.Signals, number: number): void => {
    console.error(
      `\nInterrupted. Finished steps are kept. To resume: npm run lab -- ${doing} --name ${name}`,
    );
    process.exit(128 + number);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) {
    process.on(signal, interrupted);
  }
  try {
    const purging = lockHolder(lockFile(PURGE));
    if (purging !== undefined) {
      throw busy(purging, "All labs");
    }
    await action();
  } finally {
    for (const signal of signals) {
      process.off(signal, interrupted);
    }
    lock.release();
  }
}
