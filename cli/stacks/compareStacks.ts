import { parseArgs } from "node:util";
import { parseDuration } from "../../model/duration.ts";
import { deviation } from "../../report/comparison.ts";
import { readStacks } from "./readStacks.ts";
import { renderStacks } from "./renderStacks.ts";
import type { Format, StackResult } from "./renderStacks.ts";
import { StackError } from "./stackRecords.ts";
import type { Pulumi } from "./stackRecords.ts";

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
  format: Format;
  /** In ms of wall time. */
  toleranceMs: number | undefined;
}

/** Does what `npm run compare` is asked to do; returns its exit code. */
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
  let readings;
  try {
    readings = await readStacks(options.stacks, world);
  } catch (error) {
    if (!(error instanceof StackError)) {
      throw error;
    }
    world.say(error.message);
    return EXIT_FAILED;
  }
  const { toleranceMs } = options;
  const results = readings.map((reading): StackResult => {
    const found =
      toleranceMs === undefined || "problem" in reading
        ? undefined
        : deviation(reading, toleranceMs);
    return found === undefined ? reading : { ...reading, deviation: found };
  });
  world.print(renderStacks(options.format, results));
  for (const result of results) {
    if ("deviation" in result) {
      world.say(`${result.stack}: ${result.deviation}`);
    }
  }
  return results.some((result) => "problem" in result || "deviation" in result) ? EXIT_FAILED : 0;
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
