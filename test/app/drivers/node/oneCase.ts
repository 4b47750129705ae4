/** `node --import tsx oneCase.ts TASK` measures one case in a process of its own and prints its row. */
import { runCase } from "../../../../app/drivers/node/runCase.ts";
import type { Task } from "../../../../app/drivers/node/worker.ts";

const { config, ...one } = JSON.parse(process.argv[2] ?? "") as Task;
void runCase(config, one, (row) => {
  process.stdout.write(JSON.stringify(row), () => process.exit());
});
