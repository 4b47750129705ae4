import { version } from "../../package.json";
import { UserError } from "../../model/userError.ts";
import { safeText } from "../../report/safeText.ts";
import { closest } from "./closest.ts";
import { isGroup } from "./command.ts";
import type { Command, Group } from "./command.ts";
import { EXIT } from "./exitCode.ts";
import { callOf } from "./invocation.ts";
import { parseCommand } from "./parse.ts";
import { commandUsage, groupUsage } from "./usage.ts";
import { UsageError } from "./usageError.ts";

/** How a command was called. */
export interface Call {
  /** Name in front of every line on stderr: `doctor`. */
  name: string;
  /** The words that the user typed before the arguments: `npm run doctor --`. */
  program: string;
}

/** Where a command line writes to; tests put their own in its place. */
export interface Streams {
  out: (text: string) => void;
  err: (text: string) => void;
}

const SYSTEM: Streams = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

/**
 * Runs what a command line asks for: help, version or the work itself.
 *
 * @returns the exit code. What is no UserError is thrown: it is a defect of the program.
 */
export async function runCommandLine(
  entry: Command | Group,
  argv: readonly string[],
  call: Call,
  streams: Streams = SYSTEM,
): Promise<number> {
  const warn = (line: string): void => {
    streams.err(`${call.name}: ${safeText(line)}\n`);
  };
  try {
    return isGroup(entry)
      ? await runGroup(entry, argv, call, streams)
      : await runCommand(entry, argv, call, streams, warn);
  } catch (error) {
    if (error instanceof UsageError) {
      error.problems.forEach(warn);
      streams.err(`See "${call.program} --help".\n`);
      return EXIT.usage;
    }
    if (error instanceof UserError) {
      warn(error.message);
      return EXIT.failed;
    }
    throw error;
  }
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  { program }: Call,
  streams: Streams,
  warn: (line: string) => void,
): Promise<number> {
  const parsed = parseCommand(command, argv);
  switch (parsed.kind) {
    case "help":
      streams.out(commandUsage(command, program));
      return EXIT.ok;
    case "version":
      return printVersion(streams);
    case "run": {
      const { quiet, ...asked } = parsed.asked;
      const report = quiet ? (): void => undefined : warn;
      return command.run({ ...asked, program }, { print: streams.out, report, warn });
    }
  }
}

async function runGroup(
  group: Group,
  [word = "", ...argv]: readonly string[],
  { program }: Call,
  streams: Streams,
): Promise<number> {
  switch (word) {
    case "-h":
    case "--help":
    case "help":
      streams.out(groupUsage(group, program));
      return EXIT.ok;
    case "--version":
      return printVersion(streams);
    case "":
      throw new UsageError([`name a command: ${Object.keys(group.commands).join(", ")}`]);
  }
  const { commands } = group;
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (command === undefined) {
    const guess = closest(word, Object.keys(commands));
    const advice = guess === undefined ? "" : `; did you mean ${guess}?`;
    const what = word.startsWith("-") ? "option" : "command";
    throw new UsageError([`unknown ${what} ${word}${advice}`]);
  }
  const call = { name: word, program: callOf(program, word) };
  return runCommandLine(await command.load(), argv, call, streams);
}

function printVersion({ out }: Streams): number {
  out(`${version}\n`);
  return EXIT.ok;
}
