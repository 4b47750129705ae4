/**
 * `node --import tsx cli/runState.ts`: what the program asks on every preview and update, so that it
 * knows of a result to collect. One line of JSON on stdout, all else on stderr.
 */
import { parseArgs } from "node:util";

import { formatRunState } from "../components/runState.ts";
import { kubectlFor, KubectlError } from "./kubectl.ts";
import { findRunState } from "./leave.ts";
import { MeasureError, systemClock } from "./world.ts";

const USAGE = "usage: node --import tsx cli/runState.ts --namespace N --run R [--context C]";

async function main(argv: string[]): Promise<number> {
  const option = { type: "string" } as const;
  const { namespace, run, context } = parseArgs({
    args: argv,
    options: { namespace: option, run: option, context: option },
  }).values;
  if (namespace === undefined || run === undefined) {
    say(USAGE);
    return 2;
  }
  const interrupted = new AbortController();
  const interrupt = (): void => {
    interrupted.abort();
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const { signal } = interrupted;
  try {
    const world = {
      kubectl: kubectlFor({ namespace, context, signal }),
      clock: systemClock(signal),
      report: say,
    };
    console.log(formatRunState(await findRunState(world, run)));
    return 0;
  } catch (error) {
    if (error instanceof MeasureError || error instanceof KubectlError) {
      say(error.message);
      return 1;
    }
    throw error;
  }
}

function say(line: string): void {
  process.stderr.write(`run: ${line}\n`);
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
