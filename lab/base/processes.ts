import { readFileSync } from "node:fs";

/**
 * Reads the start time of a process in the kernel's ticks, field 22 of /proc/PID/stat. Process ids are used
 * again; an id with its start time names one process for good.
 *
 * @returns undefined if there is no such process, or if it has ended and was not collected yet
 */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Reads a process's command line, word by word; empty if there is no such process. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}
