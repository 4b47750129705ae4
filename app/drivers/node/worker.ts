import { parentPort, workerData } from "node:worker_threads";
import type { Config } from "./config.ts";
import { runCase } from "./runCase.ts";

/** Case that the thread measures. */
export interface Task {
  config: Config;
  driver: string;
  name: string;
}

const { config, ...one } = workerData as Task;
await runCase(config, one, (row) => parentPort?.postMessage(row));
