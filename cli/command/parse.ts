import { parseArgs } from "node:util";
import { closest } from "./closest.ts";
import type { Asked, Command } from "./command.ts";
import { flag, oneOf, optional } from "./option.ts";
import type { Option, Options } from "./option.ts";
import type { Format } from "./output.ts";
import { UsageError } from "./usageError.ts";

/** A parsed command line. */
export type Parsed = { kind: "help" | "version" } | { kind: "run"; asked: ParsedArguments };

type ParsedArguments = Omit<Asked<Options>, "program"> & { quiet: boolean };

/** Completes a command's own options by those that all commands, or all of its kind, have. */
export function allOptions({ options, formats, quiet }: Command): Options {
  return {
    ...options,
    ...(formats !== undefined && {
      output: optional(
        "FORMAT",
        `format of the result: ${formats.join(", ")} (default: ${formats[0] ?? ""})`,
        oneOf(formats),
        "o",
      ),
    }),
    ...(quiet === true && { quiet: flag("say nothing but the result and what went wrong", "q") }),
    help: flag("print this text", "h"),
    version: flag("print the version"),
  };
}

/** @throws UsageError that names everything that is wrong. */
export function parseCommand(command: Command, argv: readonly string[]): Parsed {
  const options = allOptions(command);
  const { given, words, rest, problems, meant } = readTokens(command, options, argv);
  if (given.has("help") || given.has("version")) {
    return { kind: given.has("help") ? "help" : "version" };
  }
  // A word beside an option that can't be read may be that one's value.
  const wordValues = problems.length === 0 ? readWords(command, words, problems) : [];
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const text = given.get(name);
    if (option.kind === "flag") {
      values[name] = text !== undefined;
    } else if (text !== undefined) {
      try {
        values[name] = option.parse(text);
      } catch (error) {
        problems.push(`--${name}: ${(error as Error).message}`);
      }
    } else if (option.required && !meant.has(name)) {
      problems.push(`--${name} is missing`);
    }
  }
  problems.push(...wordProblems(command, words));
  if (problems.length > 0) {
    throw new UsageError(problems);
  }
  const { output, quiet } = values;
  const own = Object.fromEntries(Object.keys(command.options).map((name) => [name, values[name]]));
  const format = (output ?? command.formats?.[0] ?? "table") as Format;
  return {
    kind: "run",
    asked: {
      options: own as never,
      words: wordValues,
      rest,
      format,
      quiet: quiet === true,
    },
  };
}

interface Tokens {
  /** Text of each option that is given; that of a flag is empty. */
  given: Map<string, string>;
  words: string[];
  rest: string[];
  problems: string[];
  /** Options that are given, though wrongly: nobody has to be told that they are missing. */
  meant: Set<string>;
}

function readTokens(command: Command, options: Options, argv: readonly string[]): Tokens {
  const found: Tokens = {
    ...{ given: new Map(), words: [], rest: [], problems: [], meant: new Set() },
  };
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.entries(options).map(([name, o]) => [name, nodeOption(o)])),
    // Strict parsing stops at the first problem; all of them are worth knowing at once.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const terminator = tokens.find(({ kind }) => kind === "option-terminator")?.index ?? Infinity;
  // A word behind an unknown option is probably its value.
  let unknownAt = -Infinity;
  for (const token of tokens) {
    if (token.kind === "positional") {
      const behind = token.index > terminator && command.rest !== undefined;
      if (token.index !== unknownAt + 1) {
        (behind ? found.rest : found.words).push(token.value);
      }
    } else if (token.kind === "option") {
      const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
      if (option === undefined) {
        const guess = guessOption(command, options, token.name);
        found.problems.push(describeUnknown(command, token.rawName, guess));
        found.meant.add(guess?.replace(/^--/, "") ?? "");
        unknownAt = token.value === undefined ? token.index : -Infinity;
      } else if (option.kind === "flag" && token.value !== undefined) {
        found.problems.push(`${token.rawName} takes no value`);
      } else if (option.kind === "value" && !isValue(token)) {
        found.problems.push(`${token.rawName} needs a value`);
        found.meant.add(token.name);
      } else {
        found.given.set(token.name, token.value ?? "");
      }
    }
  }
  return found;
}

function nodeOption({ kind, short }: Option): { type: "boolean" | "string"; short?: string } {
  return { type: kind === "flag" ? "boolean" : "string", ...(short !== undefined && { short }) };
}

/** Tells whether an option's next word is its value: it is, unless it looks like the next option. */
function isValue(token: { value: string | undefined; inlineValue?: boolean | undefined }): boolean {
  const { value = "", inlineValue = false } = token;
  return value !== "" && (inlineValue || !value.startsWith("-"));
}

/** `--namespace` for `namespce`, and `-o json` for `json`. */
function guessOption({ formats = [] }: Command, options: Options, name: string) {
  const format = formats.find((each) => each === name);
  const near = closest(name, Object.keys(options));
  return format !== undefined ? `-o ${format}` : near && `--${near}`;
}

function describeUnknown({ rest }: Command, rawName: string, guess: string | undefined): string {
  const advice =
    guess !== undefined
      ? `; did you mean ${guess}?`
      : rest !== undefined
        ? `; put ${rest.about} behind --`
        : "";
  return `unknown option ${rawName}${advice}`;
}

/** Reads as many words as the command takes; adds what is wrong with them to `problems`. */
function readWords(
  { words: taken }: Command,
  words: readonly string[],
  problems: string[],
): unknown[] {
  if (taken === undefined) {
    return [];
  }
  return words.slice(0, taken.max).map((word) => {
    try {
      return taken.parse(word);
    } catch (error) {
      problems.push(`${taken.placeholder}: ${(error as Error).message}`);
      return undefined;
    }
  });
}

function wordProblems({ words: taken }: Command, words: readonly string[]): string[] {
  const problems = words
    .slice(taken?.max ?? 0)
    .map((word) => `unexpected argument ${JSON.stringify(word)}`);
  if (taken !== undefined && words.length < taken.min) {
    problems.push(`${taken.placeholder} is missing`);
  }
  return problems;
}
