/**
 * `node main.ts CONFIG.json` is a program in the pod. It uses real drivers against servers outside the cluster, leaves
 * each alone for longer than the sidecar's idle timeout, and prints what the application then sees.
 *
 * It measures without a client: the lines stay in the container's log, and then it waits to be stopped.
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
// Node.js as pid 1 has no default action for these signals.
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
// A container that ends is started again and measures again, which helps only if something prevented a
// measurement.
if (rows.some(({ problem }) => problem !== undefined)) {
  process.exit(1);
}
setInterval(() => undefined, 2 ** 31 - 1);

function print(line: Row | End): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
