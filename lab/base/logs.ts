import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./errors.ts";
import { labPaths } from "./paths.ts";

/** Number of lines that are shown from the end of each log. */
const LINES = 200;

/**
 * Shows the end of a service's log, or of every service's log. With `follow` it goes on and shows new lines.
 *
 * @returns the exit status
 */
export async function showLogs(
  name: string,
  service: string | undefined,
  follow: boolean,
): Promise<number> {
  const files = logFiles(name, service);
  // -F follows names, not open files: a lab that is started afresh has new logs.
  const args = ["-n", String(LINES), ...(follow ? ["-F"] : []), ...files];
  const [code] = (await once(spawn("tail", args, { stdio: "inherit" }), "close")) as [
    number | null,
  ];
  return code ?? 1;
}

/** @throws LabError if there is no such log */
function logFiles(name: string, service?: string): string[] {
  const dir = labPaths(name).serviceLogs;
  const names = existsSync(dir) ? readdirSync(dir).map((file) => file.replace(/\.log$/, "")) : [];
  if (names.length === 0) {
    throw new LabError(
      `Lab ${name} has no logs, because it was not started. Start it: npm run lab -- up --name ${name}`,
    );
  }
  if (service !== undefined && !names.includes(service)) {
    throw new LabError(`Lab ${name} has no log "${service}", only ${names.sort().join(", ")}.`);
  }
  return (service === undefined ? names.sort() : [service]).map((each) => join(dir, `${each}.log`));
}
