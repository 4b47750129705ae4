import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** Holder of a lock, as it describes itself in the file. */
export interface Holder {
  pid: number;
  /** Command that it runs, such as `up`. */
  doing: string;
  /** Time in ISO 8601. */
  since: string;
}

export interface Lock {
  release(): void;
}

/**
 * Takes the lock `file`. The kernel holds it for this process (flock), so it is free as soon as the process has
 * ended in any way, and no lock is ever stale.
 *
 * @param waitSeconds limit of waiting for another holder.
 * @returns the lock, or its holder.
 */
export function takeLock(file: string, doing: string, waitSeconds = 0): Lock | Holder {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    const fd = openSync(file, "a+", 0o644);
    if (!flock(fd, waitSeconds)) {
      closeSync(fd);
      return readHolder(file) ?? { pid: 0, doing: "something", since: new Date().toISOString() };
    }
    // The last holder may have removed the file that this process opened: then its lock holds nothing.
    if (isFile(fd, file)) {
      const holder: Holder = { pid: process.pid, doing, since: new Date().toISOString() };
      ftruncateSync(fd);
      writeSync(fd, JSON.stringify(holder));
      return {
        release: () => {
          rmSync(file, { force: true });
          closeSync(fd);
        },
      };
    }
    closeSync(fd);
  }
}

/** Removes the file that a killed holder left. It is in nobody's way, but it is a trace. */
export function removeLeftLock(file: string): void {
  if (!existsSync(file)) {
    return;
  }
  const lock = takeLock(file, "remove");
  if (isLock(lock)) {
    lock.release();
  }
}

/** Returns the present holder of the lock `file`; undefined if it is free. */
export function lockHolder(file: string): Holder | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  const fd = openSync(file, "r");
  try {
    return flock(fd, 0) ? undefined : readHolder(file);
  } finally {
    closeSync(fd);
  }
}

export function isLock(result: Lock | Holder): result is Lock {
  return "release" in result;
}

/** Locks an open file by the command flock, which shares it with this process: Node.js has no such call. */
function flock(fd: number, waitSeconds: number): boolean {
  const { status, error } = spawnSync(
    "flock",
    ["--exclusive", "--timeout", String(waitSeconds), "3"],
    { stdio: ["ignore", "ignore", "ignore", fd] },
  );
  if (error !== undefined) {
    throw error;
  }
  return status === 0;
}

function isFile(fd: number, file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined; // it has just been taken or given back
  }
}
