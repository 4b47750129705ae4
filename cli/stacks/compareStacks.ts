import { parseArgs } from "node:util";
import { parseDuration } from "../../model/duration.ts";
import {
  COMPARISON_HEADER,
  comparisonRows,
  compareRun,
  deviation,
  legendOf,
} from "../../report/comparison.ts";
import type { Comparison, TestComparison } from "../../report/comparison.ts";
import { listStacks, readRecord, StackError } from "./stackRecords.ts";
import type { Pulumi } from "./stackRecords.ts";
import { disconnectSeconds } from "../../report/summary.ts";
import { renderMarkdown, renderTable } from "../../report/table.ts";

export const USAGE = `usage: npm run compare -- [STACK...] [--json | --markdown] [--assert TOLERANCE]

Prints one table over what was measured in the stacks, as \`pulumi stack output\` has it. Without STACK it
takes every stack of this project in the backend that Pulumi is logged in to.

  --json              the same as JSON, with the whole records
  --markdown          the same as a Markdown table
  --assert TOLERANCE  fail when a stack is not what its configuration lets expect: closed by the idle
                      timeout within TOLERANCE (of wall time, such as 500ms), or open where the window
                      was shorter
  --help              this text

Exit codes: 0 compared; 1 a stack can't be read, or is not as asserted; 2 wrong arguments.
`;

const EXIT_FAILED = 1;
const EXIT_BAD_ARGUMENTS = 2;

/** What {@link compare} does with the world outside. */
export interface CompareWorld {
  pulumi: Pulumi;
  /** To stdout. */
  print: (text: string) => void;
  /** A line for the person, to stderr. */
  say: (line: string) => void;
}

interface Options {
  stacks: string[];
  format: "text" | "json" | "markdown";
  /** In ms of wall time. */
  toleranceMs: number | undefined;
}

/** What `npm run compare` does; returns its exit code. */
export async function compare(argv: readonly string[], world: CompareWorld): Promise<number> {
  const options = parseOptions(argv);
  if (options === "help") {
    world.print(USAGE);
    return 0;
  }
  if (typeof options === "string") {
    world.say(`${options}; see --help`);
    return EXIT_BAD_ARGUMENTS;
  }
  let comparisons;
  try {
    comparisons = await readAll(options.stacks, world);
  } catch (error) {
    if (!(error instanceof StackError)) {
      throw error;
    }
    world.say(error.message);
    return EXIT_FAILED;
  }
  const { toleranceMs } = options;
  const deviations = comparisons.map((each) =>
    toleranceMs === undefined ? undefined : deviation(each, toleranceMs),
  );
  world.print(render(options.format, comparisons, deviations));
  comparisons.forEach(({ stack }, place) => {
    const found = deviations[place];
    if (found !== undefined) {
      world.say(`${stack}: ${found}`);
    }
  });
  return deviations.some((found) => found !== undefined) ? EXIT_FAILED : 0;
}

/** @returns what is wrong with the arguments, in one line, or "help". */
function parseOptions(argv: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        json: { type: "boolean" },
        markdown: { type: "boolean" },
        assert: { type: "string" },
        help: { type: "boolean" },
      },
      allowPositionals: true,
    });
    if (values.help === true) {
      return "help";
    }
    if (values.json === true && values.markdown === true) {
      return "--json and --markdown exclude each other";
    }
    return {
      stacks: [...new Set(positionals)],
      format: values.json === true ? "json" : values.markdown === true ? "markdown" : "text",
      toleranceMs: values.assert === undefined ? undefined : parseTolerance(values.assert),
    };
  } catch (error) {
    return (error as Error).message.replaceAll("\n", " ");
  }
}

function parseTolerance(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new Error(`--assert: ${(error as Error).message}`, { cause: error });
  }
}

/** Those named, each of which has to have a record; or those of all stacks that have one. */
async function readAll(named: readonly string[], world: CompareWorld): Promise<Comparison[]> {
  const stacks = named.length > 0 ? named : await listStacks(world.pulumi);
  const read = await Promise.all(
    stacks.map(async (stack) => {
      try {
        return { stack, record: await readRecord(world.pulumi, stack) };
      } catch (error) {
        throw error instanceof StackError
          ? new StackError(`stack ${stack}: ${error.message}`, { cause: error })
          : error;
      }
    }),
  );
  const without = read.filter(({ record }) => record === undefined).map(({ stack }) => stack);
  const advice = "bring it up first: pulumi up --stack";
  if (without.length > 0 && named.length > 0) {
    throw new StackError(
      without
        .map((stack) => `stack ${stack}: it has no results yet; ${advice} ${stack}`)
        .join("; "),
    );
  }
  const comparisons = read.flatMap(({ stack, record }) =>
    record === undefined ? [] : [compareRun(stack, record)],
  );
  if (comparisons.length === 0) {
    throw new StackError(
      stacks.length === 0
        ? "there is no stack of this project in the backend; make one: pulumi stack init dev"
        : `none of the stacks ${stacks.join(", ")} has results yet; ${advice} ${stacks[0] ?? ""}`,
    );
  }
  for (const stack of without) {
    world.say(`stack ${stack} is left out: it has no results yet`);
  }
  return comparisons;
}

function expectationOf(test: TestComparison | undefined): object {
  const { expectedMs = null, verdict } = test ?? {};
  return { expectedSeconds: expectedMs === null ? null : expectedMs / 1000, verdict };
}

function render(
  format: Options["format"],
  comparisons: readonly Comparison[],
  deviations: readonly (string | undefined)[],
): string {
  if (format === "json") {
    const stacks = comparisons.map(({ stack, record, tests }, place) => ({
      stack,
      ...expectationOf(tests[0]),
      disconnectSeconds: disconnectSeconds(record),
      tests: tests.map((test) => {
        const { middleware, mode } = test;
        return { middleware, mode, ...expectationOf(test) };
      }),
      ...(deviations[place] !== undefined && { deviation: deviations[place] }),
      results: record,
    }));
    return `${JSON.stringify({ schemaVersion: 1, stacks }, undefined, 2)}\n`;
  }
  const rows = comparisons.flatMap(comparisonRows);
  const markdown = format === "markdown";
  const table = (markdown ? renderMarkdown : renderTable)(COMPARISON_HEADER, rows);
  const legend = legendOf(comparisons).map((line) => `${line}${markdown ? "\n" : ""}\n`);
  return [table, "\n", ...legend].join("");
}
