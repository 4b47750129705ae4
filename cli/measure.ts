/**
 * `node --import tsx cli/measure.ts`: what the program's Command runs. One record on stdout, all else
 * on stderr.
 */
import type { RunRecord } from "../model/record.ts";
import { packRecord, unpackRecord } from "../model/packedRecord.ts";
import { parseArguments, USAGE } from "./measure/arguments.ts";
import { measure } from "./measure/run.ts";
import { sayAs } from "./output.ts";
import { interruption } from "./cluster/world.ts";
import { kubectlFor, KubectlError } from "./cluster/kubectl.ts";
import { MeasureError, systemClock } from "./cluster/world.ts";

const EXIT_NOT_MEASURED = 1;
const EXIT_BAD_ARGUMENTS = 2;

const say = sayAs("measure");

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv);
  if (parsed.kind === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (parsed.kind === "problems") {
    say([...parsed.problems, "see --help"].join("; "));
    return EXIT_BAD_ARGUMENTS;
  }

  const { namespace, context, run } = parsed.arguments;
  const known = finishedRecord(process.env.PULUMI_COMMAND_STDOUT, run);
  if (known !== undefined) {
    print(known);
    return 0;
  }
  const interrupted = interruption();
  const { signal } = interrupted;
  try {
    const record = await measure(parsed.arguments, {
      kubectl: kubectlFor({ namespace, context, signal }),
      clock: systemClock(signal),
      report: say,
      undo: kubectlFor({ namespace, context }),
    });
    print(record);
    return 0;
  } catch (error) {
    if (signal.aborted) {
      say("interrupted; the probes go on, and measuring the same run again takes them up");
    } else if (error instanceof MeasureError || error instanceof KubectlError) {
      say(error.message);
    } else {
      throw error;
    }
    return EXIT_NOT_MEASURED;
  } finally {
    // Ends what is still being asked of the other probe.
    interrupted.abort();
  }
}

/**
 * What this command printed last time, where that is all that can be known of the run. The Command
 * provider hands it on when it updates a resource.
 */
function finishedRecord(text: string | undefined, run: string): RunRecord | undefined {
  try {
    const record = unpackRecord(text ?? "");
    return record.run === run && record.running === undefined ? record : undefined;
  } catch {
    return undefined;
  }
}

function print(record: RunRecord): void {
  process.stdout.write(`${packRecord(record)}\n`);
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
