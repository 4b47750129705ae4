import type { RunRecord } from "../../model/record.ts";
import { COMPARISON_HEADER, compareRun, comparisonRows } from "../../report/comparison.ts";
import { summaryLines, windowEndMs } from "../../report/summary.ts";
import { renderTable } from "../../report/table.ts";
import { bringUp } from "./demo.ts";
import { up } from "../commands/lab.ts";
import { LabStack } from "./stack.ts";

const STACK = "real-hour";

/**
 * Envoy's own hour in real time: the first call starts it and comes back after a minute, a call after it
 * is over collects the result. Any number of calls in between tells how it stands.
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
  if (run.running) {
    const end = new Date(windowEndMs(run));
    console.log(
      "\nThe connections are held in the lab, and nothing else has to run for that: not this command, not " +
        `Pulumi.\nLeave the lab up, come back after ${end.toString()} and collect the result:\n\n  ${again}\n\n` +
        "or have it waited for (Ctrl-C at any time):\n\n" +
        `  eval "$(npm run --silent lab -- env --name ${lab})"\n` +
        `  npm run collect -- ${STACK} -- --config-file ${prepared.file}`,
    );
    return;
  }
  console.log(`\n${renderTable(COMPARISON_HEADER, comparisonRows(compareRun(STACK, run)))}`);
  console.log(
    "This result stays; to measure another hour, take the stack down first:\n\n" +
      `  eval "$(npm run --silent lab -- env --name ${lab})"\n` +
      `  ${prepared.commandLine("destroy")}\n\n` +
      `or take the lab down with all that is in it: npm run lab -- down --name ${lab}`,
  );
}
