import { defineCommand } from "./command/command.ts";
import { EXIT } from "./command/exitCode.ts";
import { anyText, flag } from "./command/option.ts";
import { readStacks } from "./stacks/readStacks.ts";
import { pulumi, readDriverRecord, StackError } from "./stacks/stackRecords.ts";
import type { Pulumi } from "./stacks/stackRecords.ts";
import { htmlPage } from "../report/page/html.ts";
import { markdownPage } from "../report/page/markdown.ts";
import { reportPage } from "../report/page/page.ts";
import { redact } from "../report/page/redact/redact.ts";
import type { ReportedStack } from "../report/page/reported.ts";

/** Makes the command that writes what was measured in several stacks as one page. */
export const reportCommand = (world: { pulumi: Pulumi }) =>
  defineCommand({
    about:
      "Writes one page of what was measured in the stacks: whether the sidecar closes idle connections, when, how that " +
      "is known, and what helps. The page needs no network, runs no script and opens from disk. Without STACK it takes " +
      "every stack of this project in the backend that Pulumi is logged in to.",
    options: {
      redact: flag(
        "replace hosts, addresses and names, each always by the same word, and leave out what servers and drivers said",
      ),
    },
    words: {
      placeholder: "STACK",
      about: "stack to report on",
      min: 0,
      max: Infinity,
      parse: anyText,
    },
    formats: ["html", "markdown"],
    quiet: true,
    example: "default 24h -o html > report.html",
    exits: {
      [EXIT.ok]: "reported",
      [EXIT.failed]: "a stack can't be read; the page says which",
    },
    run: async ({ options, words, format }, terminal) => {
      const readings = await readStacks(world.pulumi, [...new Set(words)], terminal.report);
      const unreadable = readings.filter((reading) => "problem" in reading);
      const stacks = await Promise.all(
        readings
          .filter((reading) => "record" in reading)
          .map(async (stack) => ({ ...stack, ...(await readDrivers(world.pulumi, stack.stack)) })),
      );
      const reported = { stacks, unreadable, redacted: false };
      const page = reportPage(options.redact ? redact(reported) : reported);
      terminal.print(format === "html" ? htmlPage(page) : markdownPage(page));
      return unreadable.length > 0 ? EXIT.failed : EXIT.ok;
    },
  });

/** A stack without drivers has neither their record nor a problem with it. */
async function readDrivers(
  run: Pulumi,
  stack: string,
): Promise<Pick<ReportedStack, "drivers" | "driverProblem">> {
  try {
    const drivers = await readDriverRecord(run, stack);
    return drivers === undefined ? {} : { drivers };
  } catch (error) {
    if (!(error instanceof StackError)) {
      throw error;
    }
    return { driverProblem: error.message };
  }
}

export const report = reportCommand({ pulumi });
