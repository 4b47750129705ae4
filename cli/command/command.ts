import type { Format } from "./output.ts";
import type { Options, ValuesOf } from "./option.ts";

/** Channels on which a command speaks. */
export interface Terminal {
  /** Writes the result to stdout, which holds nothing else. */
  print: (text: string) => void;
  /** Tells of progress on stderr, one line without a newline; `--quiet` silences it. */
  report: (line: string) => void;
  /** Tells on stderr what the user has to know in any case. */
  warn: (line: string) => void;
}

/** Arguments of a command that are no options. */
export interface Words<T = unknown, Min extends 0 | 1 = 0 | 1> {
  /** Stands for each of them in the help: `STACK`. */
  placeholder: string;
  about: string;
  min: Min;
  max: number;
  /** Reads one; throws an Error whose message is one line for the user. */
  parse: (text: string) => T;
}

/** Values of words: at least one where one must be given. */
type WordsOf<W extends Words> = [W] extends [never]
  ? []
  : W extends Words<infer T, infer Min>
    ? Min extends 1
      ? [T, ...T[]]
      : T[]
    : never;

/** A call of a command, parsed. */
export interface Asked<O extends Options, W extends Words = Words> {
  options: ValuesOf<O>;
  /** Arguments that are no options. */
  words: WordsOf<W>;
  /** Arguments behind `--`. */
  rest: string[];
  /** How to print the result. */
  format: Format;
  /** How the command was called, for advice: `npm run collect --`. */
  program: string;
}

/** One command of a command line. */
export interface Command<O extends Options = Options, W extends Words = Words> {
  /** Paragraphs for the help, of any line length. */
  about: string;
  options: O;
  /** Arguments that are no options; none are taken where this is absent. */
  words?: W;
  /** Arguments taken behind `--`; absent where there are none. */
  rest?: { placeholder: string; about: string };
  /** Formats of the result; absent where it has one only. */
  formats?: readonly Format[];
  /** Whether there is progress that `--quiet` silences. */
  quiet?: boolean;
  /** Arguments of an example call. */
  example?: string;
  /** Meanings of the exit codes, without that of a wrong usage. */
  exits: Readonly<Record<number, string>>;
  /**
   * Does the work.
   *
   * @returns the exit code.
   * @throws UsageError for arguments that do not go together; UserError when the work can't be done.
   */
  run: (asked: Asked<O, W>, terminal: Terminal) => Promise<number>;
}

/** Several commands under one name. Each is loaded when it is called. */
export interface Group {
  about: string;
  commands: Readonly<
    Record<string, { summary: string; load: () => Promise<Command | Group> | Command | Group }>
  >;
}

/** Keeps the types of a command's options and words until its `run`, and no longer. */
export function defineCommand<const O extends Options, const W extends Words = never>(
  command: Command<O, W>,
): Command {
  return command as unknown as Command;
}

export function isGroup(entry: Command | Group): entry is Group {
  return "commands" in entry;
}
