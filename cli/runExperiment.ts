/** `npm run experiment -- change ...`: experiments that are no stacks. The table on stdout, all else on stderr. */
import { writeFile } from "node:fs/promises";

import { parseChangeArguments, USAGE } from "./change/arguments.ts";
import type { ChangeArguments } from "./change/arguments.ts";
import { measureChange } from "./change/experiment.ts";
import { describeChanges } from "./change/report.ts";
import { print, sayAs } from "./output.ts";
import { kubectlFor, KubectlError } from "./cluster/kubectl.ts";
import { MeasureError, systemClock } from "./cluster/world.ts";

const EXIT_NOT_MEASURED = 1;
const EXIT_BAD_ARGUMENTS = 2;

const say = sayAs("experiment");

async function main([experiment, ...argv]: string[]): Promise<number> {
  if (experiment === "--help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (experiment !== "change") {
    say(`there is no experiment ${JSON.stringify(experiment ?? "")}; there is: change; see --help`);
    return EXIT_BAD_ARGUMENTS;
  }
  const asked = parseChangeArguments(argv);
  if (asked === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if ("problem" in asked) {
    say(`${asked.problem}; see --help`);
    return EXIT_BAD_ARGUMENTS;
  }
  return runChange(asked);
}

async function runChange(asked: ChangeArguments): Promise<number> {
  const { context } = asked;
  const interrupted = new AbortController();
  const { signal } = interrupted;
  const interrupt = (): void => {
    if (!signal.aborted) {
      say("interrupted; removing what was made");
    }
    interrupted.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    // Before the wait: who can't have the record should not wait for it.
    await writeFile(asked.record, "", { flag: "a" });
    const record = await measureChange(asked, {
      kubectlIn: (namespace) => kubectlFor({ namespace, context, signal }),
      undo: kubectlFor({ context }),
      clock: systemClock(signal),
      report: say,
    });
    await writeFile(asked.record, `${JSON.stringify(record, undefined, 2)}\n`);
    print(`${describeChanges(record)}\n`);
    say(`the record is in ${asked.record}`);
    return 0;
  } catch (error) {
    if (error instanceof MeasureError || error instanceof KubectlError || isFileError(error)) {
      say(error.message);
    } else if (!signal.aborted) {
      throw error;
    }
    return EXIT_NOT_MEASURED;
  } finally {
    interrupted.abort();
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "path" in error;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
