/**
 * `node --import tsx cli/drivers.ts`: what the program's Command runs to collect what real drivers did. One
 * record on stdout, all else on stderr.
 */
import { parseArgs } from "node:util";

import { parseDuration } from "../model/duration.ts";
import { collectDrivers } from "./drivers/collect.ts";
import { sayAs } from "./output.ts";
import { answerQuestion } from "./cluster/question.ts";

const USAGE = `usage: node --import tsx cli/drivers.ts --namespace N --run R --timeout T --idle D
         --containers C[,C] [--context C]

Waits for the programs with real drivers in the run's two pods and prints what they found as JSON on stdout.

  --namespace N     namespace of the pods
  --run R           run id, as in the pods' label istio-idle-timeout/run
  --timeout T       the sidecar's idle timeout, e.g. 12s
  --idle D          how long the drivers are left alone, e.g. 15s
  --containers C    of the programs: go, node or go,node
  --context C       context of the kubeconfig (default: the current one)
  --help            this text

Exit codes: 0 collected, whatever was found; 1 could not be collected; 2 wrong arguments.
`;

const say = sayAs("drivers");

async function main(argv: string[]): Promise<number> {
  const option = { type: "string" } as const;
  const { namespace, run, timeout, idle, containers, context, help } = parseArgs({
    args: argv,
    options: {
      ...{ namespace: option, run: option, timeout: option, idle: option },
      ...{ containers: option, context: option, help: { type: "boolean" } },
    },
  }).values;
  if (help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!namespace || !run || !timeout || !idle || !containers) {
    process.stderr.write(`drivers: an argument is missing\n${USAGE}`);
    return 2;
  }
  return answerQuestion({ namespace, context }, say, async (world) => {
    const record = await collectDrivers(world, {
      run,
      idleTimeoutMs: parseDuration(timeout),
      idleMs: parseDuration(idle),
      containers: containers.split(","),
    });
    // In many short lines: the Command provider hangs on a line of more than 64 KiB.
    return JSON.stringify(record, undefined, 2);
  });
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
