import * as v from "valibot";
import { defineCommand } from "../command/command.ts";
import type { Command } from "../command/command.ts";
import { EXIT } from "../command/exitCode.ts";
import { anyText } from "../command/option.ts";
import { runCommandLine } from "../command/run.ts";
import { UsageError } from "../command/usageError.ts";
import { UserError } from "../../model/userError.ts";
import { interruption } from "./world.ts";

/** A program that the stack runs: it reads one request and prints one answer. */
export interface Program<T> {
  /** Name of its file in `cli`, without extension. */
  name: string;
  /** Purpose of the program, for the help. */
  about: string;
  request: v.GenericSchema<unknown, T>;
  /** The line to print when it is interrupted. */
  interrupted?: string;
  /**
   * Answers a request.
   *
   * @returns what to print; nothing where that is empty.
   * @throws UserError when there is no answer.
   */
  answer: (request: T, tools: ProgramTools) => Promise<string>;
}

export interface ProgramTools {
  /** Tells of progress, one line without a newline. */
  report: (line: string) => void;
  /** Aborted when the program is asked to end. */
  signal: AbortSignal;
}

/** Runs a program with the arguments of this process, whose exit code it sets. */
export function runProgram<T>(program: Program<T>): void {
  const { name } = program;
  const call = { name, program: `node --import tsx cli/${name}.ts` };
  void runCommandLine(programCommand(program), process.argv.slice(2), call).then((code) => {
    process.exitCode = code;
  });
}

/** Makes the command of a program. */
export function programCommand<T>(program: Program<T>): Command {
  return defineCommand({
    about: `${program.about} The stack runs it; what it takes is described in model/requests.ts.`,
    options: {},
    words: {
      placeholder: "REQUEST",
      about: "what is asked for, as JSON",
      min: 1,
      max: 1,
      parse: anyText,
    },
    exits: { [EXIT.ok]: "answered", [EXIT.failed]: "there is no answer" },
    run: async ({ words: [text] }, { print, report }) => {
      const request = parseRequest(program.request, text);
      const interrupted = interruption();
      const { signal } = interrupted;
      try {
        const answer = await program.answer(request, { report, signal });
        print(answer === "" ? "" : `${answer}\n`);
        return EXIT.ok;
      } catch (error) {
        throw signal.aborted ? new UserError(program.interrupted ?? "interrupted") : error;
      } finally {
        // Ends what is still being asked.
        interrupted.abort();
      }
    },
  });
}

/** @throws UsageError that names everything that is wrong. */
function parseRequest<T>(schema: v.GenericSchema<unknown, T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError([`REQUEST is not JSON: ${(error as Error).message}`]);
  }
  const result = v.safeParse(schema, value);
  if (!result.success) {
    throw new UsageError(
      result.issues.map((issue) => `${v.getDotPath(issue) ?? "REQUEST"}: ${issue.message}`),
    );
  }
  return result.output;
}
