import { parentPort, workerData } from "node:worker_threads";
import type { Config } from "./config.ts";
import { Measurement } from "./measure.ts";
import type { Row } from "./row.ts";
import { usages } from "./usages.ts";

const { config, driver, name } = workerData as { config: Config; driver: string; name: string };
const usage = usages.find((one) => one.driver === driver && one.name === name);
if (usage === undefined) {
  throw new Error(`there is no case ${name} of ${driver}`);
}
const measurement = new Measurement(usage, config);
const tell = (row: Row): void => {
  parentPort?.postMessage(row);
  parentPort?.close();
};
process.once("uncaughtException", (error) => {
  tell(measurement.crashed(error));
});
tell(await measurement.run());
