/**
 * `node main.ts CONFIG.json`, the program in the pod: uses real drivers against servers outside, leaves each
 * alone for longer than the sidecar's idle timeout, and prints what the application then sees.
 *
 * It needs nobody while it measures: the lines stay in the container's log, and afterwards it only waits
 * to be stopped.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { readConfig } from "./config.ts";
import type { End, Row } from "./row.ts";
import { usages } from "./usages.ts";

const [path, ...rest] = process.argv.slice(2);
if (path === undefined || rest.length > 0) {
  console.error("drivers: usage: node main.ts CONFIG.json");
  process.exit(1);
}
// As pid 1 it would not end by the signal itself.
process.once("SIGTERM", () => process.exit(0)).once("SIGINT", () => process.exit(0));
const config = readConfig(path);
const asked = usages.filter(({ driver }) => config.drivers.includes(driver));
const rows = await Promise.all(
  asked.map(async ({ driver, name }) => {
    const worker = new Worker(new URL("worker.ts", import.meta.url), {
      workerData: { config, driver, name },
    });
    const [row] = (await once(worker, "message")) as [Row];
    print(row);
    await worker.terminate();
    return row;
  }),
);
print({ cases: asked.length });
// A container that ends is started again, and so measures again: to be wished for only where something was in
// the way.
if (rows.some(({ problem }) => problem !== undefined)) {
  process.exit(1);
}
setInterval(() => undefined, 2 ** 31 - 1);

function print(line: Row | End): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
