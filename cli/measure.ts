/** The program that measures one run. A stack's Command runs it, and prints the record into the stack's state. */
import type { RunRecord } from "../model/record.ts";
import { packRecord, unpackRecord } from "../model/packedRecord.ts";
import { measureRequest } from "../model/requests.ts";
import { kubectlFor } from "./cluster/kubectl.ts";
import { runProgram } from "./cluster/program.ts";
import { systemClock } from "./cluster/world.ts";
import { measure } from "./measure/run.ts";

runProgram({
  name: "measure",
  about:
    "Measures after how long idle connections are closed, in a pod with a sidecar and in one without, and prints " +
    "the record as JSON.",
  request: measureRequest,
  interrupted: "interrupted; the probes go on, and measuring the same run again resumes it",
  answer: async (request, { report, signal }) => {
    const { namespace, context, run } = request;
    const known = finishedRecord(process.env.PULUMI_COMMAND_STDOUT, run);
    const record =
      known ??
      (await measure(request, {
        kubectl: kubectlFor({ namespace, context, signal }),
        clock: systemClock(signal),
        report,
        undo: kubectlFor({ namespace, context }),
      }));
    return packRecord(record);
  },
});

/**
 * Reads what this program printed last time, which the Command provider hands on when it updates a resource.
 *
 * @returns undefined unless it is the record of this run and the run is over.
 */
function finishedRecord(text: string | undefined, run: string): RunRecord | undefined {
  try {
    const record = unpackRecord(text ?? "");
    return record.run === run && record.runningUntil === undefined ? record : undefined;
  } catch {
    return undefined;
  }
}
