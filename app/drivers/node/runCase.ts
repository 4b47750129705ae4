import type { Config } from "./config.ts";
import { Measurement } from "./measure.ts";
import type { Row } from "./row.ts";
import { usages } from "./usages.ts";

/** Measures one case, and tells its row once; it handles the uncaught errors of this thread. */
export async function runCase(
  config: Config,
  { driver, name }: { driver: string; name: string },
  tell: (row: Row) => void,
): Promise<void> {
  const usage = usages.find((one) => one.driver === driver && one.name === name);
  if (usage === undefined) {
    throw new Error(`there is no case ${name} of ${driver}`);
  }
  const measurement = new Measurement(usage, config);
  process.once("uncaughtException", (error) => {
    tell(measurement.crashed(error));
  });
  tell(await measurement.run());
}
