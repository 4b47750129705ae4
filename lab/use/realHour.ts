import type { RunRecord } from "../../model/record.ts";
import { COMPARISON_HEADER, compareRun, comparisonRows } from "../../report/comparison.ts";
import { summaryLines } from "../../report/summary.ts";
import { renderTable } from "../../report/table.ts";
import { bringUp } from "./demo.ts";
import { up } from "../commands/lab.ts";
import { LabStack } from "./stack.ts";

const STACK = "real-hour";

/**
 * Measures Envoy's own hour in real time. The first call starts it and returns after a minute, calls in between
 * tell how it stands, and a call after its end collects the result.
 */
export async function realHour(lab: string): Promise<void> {
  await up(lab);
  const config = { observe: "1h5m", wait: "1m" };
  const prepared = await LabStack.prepare(lab, STACK, "default", config);
  await bringUp(prepared);
  const run = (await prepared.outputs()).results as RunRecord;
  for (const line of summaryLines(run)) {
    console.log(`  ${line}`);
  }
  const again = `npm run demo -- --real-hour --name ${lab}`;
  if (run.runningUntil !== undefined) {
    const end = new Date(run.runningUntil);
    console.log(
      "\nThe lab holds the connections; neither this command nor Pulumi has to run meanwhile.\n" +
        `Leave the lab up, and collect the result after ${end.toString()}:\n\n  ${again}\n\n` +
        "Or wait for it here (Ctrl-C ends the wait, not the measurement):\n\n" +
        `  eval "$(npm run --silent lab -- env --name ${lab})"\n` +
        `  npm run collect -- ${STACK} -- --config-file ${prepared.file}`,
    );
    return;
  }
  console.log(`\n${renderTable(COMPARISON_HEADER, comparisonRows(compareRun(STACK, run)))}`);
  console.log(
    "This result stays. To measure another hour, take the stack down first:\n\n" +
      `  eval "$(npm run --silent lab -- env --name ${lab})"\n` +
      `  ${prepared.commandLine("destroy")}\n\n` +
      `Or take the lab down with all that is in it: npm run lab -- down --name ${lab}`,
  );
}
