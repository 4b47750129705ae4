import { writeFile } from "node:fs/promises";
import { defineCommand } from "./command/command.ts";
import { EXIT } from "./command/exitCode.ts";
import { anyText, optional } from "./command/option.ts";
import { FORMATS, render } from "./command/output.ts";
import { UsageError } from "./command/usageError.ts";
import { readStacks } from "./stacks/readStacks.ts";
import { renderStacks, stacksRecord } from "./stacks/renderStacks.ts";
import type { StackResult } from "./stacks/renderStacks.ts";
import { pulumi } from "./stacks/stackRecords.ts";
import type { Pulumi } from "./stacks/stackRecords.ts";
import { parseDuration } from "../model/duration.ts";
import { UserError } from "../model/userError.ts";
import { deviation } from "../report/comparison.ts";
import { CONNECTION_HEADER, connectionRows } from "../report/formats/connectionRows.ts";
import { junitXml } from "../report/formats/junit.ts";

/** Makes the command that prints what was measured in several stacks, side by side. */
export const compareCommand = (world: { pulumi: Pulumi }) =>
  defineCommand({
    about:
      "Prints one table of what was measured in the stacks, as `pulumi stack output` has it. Without STACK it " +
      "takes every stack of this project in the backend that Pulumi is logged in to.",
    options: {
      assert: optional(
        "TOLERANCE",
        "fail when a stack is not what its configuration lets expect: closed by the idle timeout within " +
          "TOLERANCE (of wall time, such as 500ms), or open where the window was shorter",
        parseDuration,
      ),
      junit: optional(
        "FILE",
        "with --assert, write the outcome to FILE as JUnit XML too: a test case for each test of each stack",
        anyText,
      ),
    },
    words: {
      placeholder: "STACK",
      about: "stack to compare",
      min: 0,
      max: Infinity,
      parse: anyText,
    },
    formats: [...FORMATS, "csv"],
    quiet: true,
    example: "--assert 500ms 10s 30s",
    exits: {
      [EXIT.ok]: "compared",
      [EXIT.failed]: "a stack can't be read, or FILE can't be written",
      [EXIT.unmet]: "a stack is not as asserted",
    },
    run: async ({ options, words, format }, terminal) => {
      const { assert: toleranceMs, junit } = options;
      if (junit !== undefined && toleranceMs === undefined) {
        throw new UsageError(["--junit needs --assert: without it nothing can fail"]);
      }
      const readings = await readStacks(world.pulumi, [...new Set(words)], terminal.report);
      const results = readings.map((reading): StackResult => {
        const found =
          toleranceMs === undefined || "problem" in reading
            ? undefined
            : deviation(reading, toleranceMs);
        return found === undefined ? reading : { ...reading, deviation: found };
      });
      if (junit !== undefined && toleranceMs !== undefined) {
        await writeJunit(junit, junitXml(results, toleranceMs));
      }
      terminal.print(
        await render(format, {
          data: () => stacksRecord(results),
          text: (style) => renderStacks(results, style),
          rows: () => [
            CONNECTION_HEADER,
            ...results.flatMap((result) => ("problem" in result ? [] : connectionRows(result))),
          ],
        }),
      );
      for (const result of results) {
        if ("deviation" in result) {
          terminal.warn(`${result.stack}: ${result.deviation}`);
        } else if ("problem" in result && format === "csv") {
          terminal.warn(`${result.stack}: can't be read: ${result.problem}`); // It has no row.
        }
      }
      if (results.some((result) => "problem" in result)) {
        return EXIT.failed;
      }
      return results.some((result) => "deviation" in result) ? EXIT.unmet : EXIT.ok;
    },
  });

/** @throws UserError */
async function writeJunit(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UserError(`can't write ${file}: ${(error as Error).message}`, { cause: error });
  }
}

export const compare = compareCommand({ pulumi });
