import { spawn } from "node:child_process";
import { once } from "node:events";
import { defineCommand } from "./command/command.ts";
import { EXIT } from "./command/exitCode.ts";
import { anyText } from "./command/option.ts";
import { render } from "./command/output.ts";
import { interruption, systemClock } from "./cluster/world.ts";
import { awaitResult } from "./stacks/awaitResult.ts";
import { pulumi, readRecord } from "./stacks/stackRecords.ts";
import { UserError } from "../model/userError.ts";
import { safeLines } from "../report/safeText.ts";
import { summaryText } from "../report/summaryText.ts";

/** The command that waits for a run that was detached from, and has `pulumi up` put its result into the stack. */
export const collect = defineCommand({
  about:
    "Waits until the measurement that goes on in STACK's pods is over, has pulumi up put its result into the " +
    "stack, and prints it. Ctrl-C ends the waiting at any time; the measurement goes on.",
  options: {},
  words: {
    placeholder: "STACK",
    about: "stack whose result to wait for",
    min: 1,
    max: 1,
    parse: anyText,
  },
  rest: { placeholder: "OPTION", about: "options of pulumi up, such as --config-file FILE" },
  formats: ["table", "json", "yaml"],
  quiet: true,
  example: "dev",
  exits: {
    [EXIT.ok]: "collected, or nothing was running",
    [EXIT.failed]: "could not be collected",
  },
  run: async ({ words: [stack], rest, format, program }, { print, report }) => {
    const { signal } = interruption();
    try {
      const record = await awaitResult({
        record: () => readRecord(pulumi, stack),
        up: () => up(stack, rest, `${program} ${stack}`),
        clock: systemClock(signal),
        wallTimeMs: () => Date.now(),
        report,
      });
      const text = (): string => `${safeLines(summaryText(record))}\n`;
      print(await render(format, { data: () => record, text }));
      return EXIT.ok;
    } catch (error) {
      throw signal.aborted
        ? new UserError(
            `interrupted; the measurement goes on: wait for it again with ${program} ${stack}`,
          )
        : error;
    }
  },
});

/**
 * Brings the stack up. Its output goes to stderr: stdout is for the result.
 *
 * @param again how to call this command again.
 * @throws UserError when it fails; Pulumi itself has told why.
 */
async function up(stack: string, options: readonly string[], again: string): Promise<void> {
  const args = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack];
  const plain = process.stderr.isTTY ? [] : ["--non-interactive", "--suppress-progress"];
  const child = spawn("pulumi", [...args, ...plain, ...options], {
    stdio: ["inherit", process.stderr, "inherit"],
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) {
    throw new UserError(`pulumi up failed, see above; afterwards collect again: ${again}`);
  }
}
