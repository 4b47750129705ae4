/**
 * `npm run collect -- STACK [options of pulumi up]`: waits until a run that goes on in the pods is over,
 * and has `pulumi up` put its result into the stack.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

import { collect } from "./stacks/collectStack.ts";
import { sayAs } from "./output.ts";
import { interruption } from "./cluster/world.ts";
import { pulumi, readRecord, StackError } from "./stacks/stackRecords.ts";
import { MeasureError, systemClock } from "./cluster/world.ts";

const USAGE = `usage: npm run collect -- STACK [options of pulumi up, such as --config-file FILE]

Waits until the measurement that goes on in STACK's pods is over, has pulumi up put its result into the
stack, and prints it. Ctrl-C ends the waiting at any time; the measurement goes on.

Exit codes: 0 collected, or nothing was running; 1 could not be collected; 2 wrong arguments.
`;

const say = sayAs("collect");

async function main([stack, ...options]: string[]): Promise<number> {
  if (stack === "--help" || stack === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (stack === undefined || stack.startsWith("-")) {
    process.stderr.write(`collect: name a stack first\n${USAGE}`);
    return 2;
  }
  const interrupted = interruption();
  try {
    await collect({
      record: () => readRecord(pulumi, stack),
      up: () => up(stack, options),
      clock: systemClock(interrupted.signal),
      wallTimeMs: () => Date.now(),
      report: say,
    });
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) {
      say("interrupted; the measurement goes on, and npm run collect waits for it again");
    } else if (error instanceof MeasureError || error instanceof StackError) {
      say(error.message);
    } else {
      throw error;
    }
    return 1;
  }
}

/** @throws MeasureError when it fails; what there is to say it has said itself. */
async function up(stack: string, options: string[]): Promise<void> {
  const args = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack];
  const plain = process.stdout.isTTY ? [] : ["--non-interactive", "--suppress-progress"];
  const child = spawn("pulumi", [...args, ...plain, ...options], { stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) {
    throw new MeasureError(`pulumi up failed, see above; run npm run collect -- ${stack} again`);
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
