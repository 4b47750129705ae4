import { compareRun } from "../../report/comparison.ts";
import type { Comparison, UnreadableStack } from "../../report/comparison.ts";
import { listStacks, readRecord, StackError } from "./stackRecords.ts";
import type { Pulumi } from "./stackRecords.ts";

const NO_RESULTS = "it has no results yet";
const ADVICE = "bring it up first: pulumi up --stack";

/**
 * Reads the stacks that are named, or else all of the project that have results. One that can't be read does not keep
 * the others from being read.
 *
 * @param report told of stacks that are left out.
 * @throws StackError when there is no stack with results.
 */
export async function readStacks(
  pulumi: Pulumi,
  named: readonly string[],
  report: (line: string) => void,
): Promise<(Comparison | UnreadableStack)[]> {
  const stacks = named.length > 0 ? named : await listStacks(pulumi);
  const read = await Promise.all(stacks.map((stack) => readStack(stack, pulumi)));
  if (named.length > 0) {
    return read.map((reading, place) => reading ?? unmeasured(stacks[place] ?? ""));
  }
  const without = stacks.filter((_stack, place) => read[place] === undefined);
  const readings = read.filter((reading) => reading !== undefined);
  if (readings.length === 0) {
    throw new StackError(
      stacks.length === 0
        ? "there is no stack of this project in the backend; make one: pulumi stack init dev"
        : `none of the stacks ${stacks.join(", ")} has results yet; ${ADVICE} ${stacks[0] ?? ""}`,
    );
  }
  for (const stack of without) {
    report(`stack ${stack} is left out: ${NO_RESULTS}`);
  }
  return readings;
}

function unmeasured(stack: string): UnreadableStack {
  return { stack, problem: `${NO_RESULTS}; ${ADVICE} ${stack}` };
}

/** @returns undefined for a stack that has no results. */
async function readStack(
  stack: string,
  pulumi: Pulumi,
): Promise<Comparison | UnreadableStack | undefined> {
  try {
    const record = await readRecord(pulumi, stack);
    return record && compareRun(stack, record);
  } catch (error) {
    if (!(error instanceof StackError)) {
      throw error;
    }
    return { stack, problem: error.message };
  }
}
