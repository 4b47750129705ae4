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

/** Who holds a lock, as it says itself. */
export interface Holder {
  pid: number;
  /** What it does, e.g. `up`. */
  doing: string;
  /** ISO 8601. */
  since: string;
}

export interface Lock {
  release(): void;
}

/**
 * Takes the lock `file`, or says who holds it. The kernel holds it for this process (flock), so that
 * it is free as soon as the process has ended, however that ended: no lock is ever stale.
 *
 * @param waitSeconds how long to wait for whoever holds it.
 */
export function takeLock(file: string, doing: string, waitSeconds = 0): Lock | Holder {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    const fd = openSync(file, "a+", 0o644);
    if (!flock(fd, waitSeconds)) {
      closeSync(fd);
      return readHolder(file) ?? { pid: 0, doing: "something", since: new Date().toISOString() };
    }
    // Whoever held it before removed the file that it locked: then this one locks nothing.
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

/** Removes the file that a killed holder has left: it is in nobody's way, but it is a trace. */
export function removeLeftLock(file: string): void {
  if (!existsSync(file)) {
    return;
  }
  const lock = takeLock(file, "remove");
  if (isLock(lock)) {
    lock.release();
  }
}

/** Who holds the lock `file` at the moment; undefined when nobody does. */
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

/** Node.js has no flock; the command takes it on the open file that it shares with this process. */
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
