/**
 * `node --import tsx cli/runState.ts`: what the program asks on every preview and update, so that it
 * knows of a result to collect. One line of JSON on stdout, all else on stderr.
 */
import { parseArgs } from "node:util";

import { formatRunState } from "../model/runState.ts";
import { findRunState } from "./measure/detach.ts";
import { sayAs } from "./output.ts";
import { answerQuestion } from "./cluster/question.ts";

const USAGE = "usage: node --import tsx cli/runState.ts --namespace N --run R [--context C]";

const say = sayAs("run");

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
  return answerQuestion({ namespace, context }, say, async (world) =>
    formatRunState(await findRunState(world, run)),
  );
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
