import type { RunRecord } from "../../model/record.ts";
import { legendOf } from "../../report/comparison.ts";
import { COMPARISON_HEADER, compareRun, comparisonRows } from "../../report/comparison.ts";
import type { Comparison } from "../../report/comparison.ts";
import { summaryLines } from "../../report/summary.ts";
import { renderTable } from "../../report/table.ts";
import { LabError } from "../base/errors.ts";
import { up } from "../commands/lab.ts";
import { LabStack } from "./stack.ts";

/** Stacks of the demo, each from the committed stack file of its name. */
const STACKS: { stack: string; config: Record<string, string> }[] = [
  { stack: "10s", config: {} },
  { stack: "30s", config: {} },
  // Nobody waits an hour for a demo: it is enough to see it open for longer than the others.
  { stack: "default", config: { observe: "40s" } },
];

/** Brings up a lab, measures three timeouts in it and prints one table. */
export async function demo(lab: string): Promise<void> {
  await up(lab);
  const comparisons: Comparison[] = [];
  for (const [index, { stack, config }] of STACKS.entries()) {
    console.error(`\nStack ${stack} (${index + 1} of ${STACKS.length})`);
    const prepared = await LabStack.prepare(lab, stack, stack, config);
    await bringUp(prepared);
    const record = (await prepared.outputs()).results as RunRecord;
    for (const line of summaryLines(record)) {
      console.log(`  ${line}`);
    }
    comparisons.push(compareRun(stack, record));
  }
  console.log(`\n${renderTable(COMPARISON_HEADER, comparisons.flatMap(comparisonRows))}`);
  for (const line of legendOf(comparisons)) {
    console.log(`${line}\n`);
  }
  console.log(
    "The lab and its stacks are still up. Look around, then take it all down:\n" +
      `  eval "$(npm run --silent lab -- env --name ${lab})"; kubectl get pods -A\n` +
      `  npm run lab -- down --name ${lab}`,
  );
}

/** Runs `pulumi up` and shows its output as it comes. */
export async function bringUp(stack: LabStack): Promise<void> {
  const code = await stack.show(["up", "--yes", "--skip-preview", "--suppress-outputs"]);
  if (code !== 0) {
    throw new LabError(
      `Could not bring up stack ${stack.stack}, see above. ` +
        "Run the demo again to resume, or take the lab down: npm run lab -- down",
    );
  }
}
