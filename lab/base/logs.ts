import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./errors.ts";
import { labPaths } from "./paths.ts";

/** So many lines of each log are shown from its end. */
const LINES = 200;

/**
 * Shows the end of a service's log, or of every service's, and what comes when `follow`ed. Returns
 * the exit status.
 */
export async function showLogs(
  name: string,
  service: string | undefined,
  follow: boolean,
): Promise<number> {
  const files = logFiles(name, service);
  // By name, not by open file: a lab that is started anew has new logs.
  const args = ["-n", String(LINES), ...(follow ? ["-F"] : []), ...files];
  const [code] = (await once(spawn("tail", args, { stdio: "inherit" }), "close")) as [
    number | null,
  ];
  return code ?? 1;
}

export function logFiles(name: string, service?: string): string[] {
  const dir = labPaths(name).serviceLogs;
  const names = existsSync(dir) ? readdirSync(dir).map((file) => file.replace(/\.log$/, "")) : [];
  if (names.length === 0) {
    throw new LabError(`Lab ${name} has no logs: it was not started.`);
  }
  if (service !== undefined && !names.includes(service)) {
    throw new LabError(`No log "${service}" in lab ${name}: there are ${names.sort().join(", ")}.`);
  }
  return (service === undefined ? names.sort() : [service]).map((each) => join(dir, `${each}.log`));
}
