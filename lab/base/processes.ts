import { readFileSync } from "node:fs";

/**
 * When a process was started, in the kernel's ticks: field 22 of /proc/PID/stat. Process ids are
 * used again; with this one it names a process for good. Undefined when there is none, or only one
 * that has ended and was not collected yet.
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

/** A process's command line, word by word; empty when it is not there. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}
