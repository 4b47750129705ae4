import type { Command, Group } from "./command.ts";
import { EXIT } from "./exitCode.ts";
import { callOf } from "./invocation.ts";
import type { Option } from "./option.ts";
import { allOptions } from "./parse.ts";
import { wrap } from "./wrap.ts";

/** Longest line, in characters. */
const WIDTH = 100;

/** Writes the help of a command that is called as `program`. */
export function commandUsage(command: Command, program: string): string {
  const { about, example, words } = command;
  const options = Object.entries(allOptions(command));
  const exits = { ...command.exits, [EXIT.usage]: "wrong usage" };
  return [
    `usage: ${synopsis(command, program)}\n`,
    ...about.split("\n\n").map((paragraph) => `\n${lines(paragraph)}`),
    "\noptions:\n",
    list([
      ...(words === undefined ? [] : [[words.placeholder, words.about] as const]),
      ...options.map(([name, option]) => [optionTitle(name, option), option.about] as const),
      ...(command.rest === undefined
        ? []
        : [[`-- ${command.rest.placeholder}`, command.rest.about] as const]),
    ]),
    ...(example === undefined ? [] : [`\nexample: ${program} ${example}\n`]),
    `\nexit codes: ${Object.entries(exits)
      .map(([code, meaning]) => `${code} ${meaning}`)
      .join("; ")}\n`,
  ].join("");
}

/** Writes the help of a group of commands, called as `program`. */
export function groupUsage({ about, commands }: Group, program: string): string {
  return [
    `usage: ${callOf(program, "COMMAND")} [options]\n`,
    ...about.split("\n\n").map((paragraph) => `\n${lines(paragraph)}`),
    "\ncommands:\n",
    list(Object.entries(commands).map(([name, { summary }]) => [name, summary])),
    `\nEach command explains itself: ${callOf(program, "COMMAND")} --help\n`,
  ].join("");
}

function synopsis(command: Command, program: string): string {
  const { words, rest } = command;
  const options = Object.entries(allOptions(command));
  const required = options.flatMap(([name, option]) =>
    option.kind === "value" && option.required ? [`--${name} ${option.placeholder}`] : [],
  );
  const many = words !== undefined && words.max > 1 ? "..." : "";
  return [
    program,
    ...(words === undefined
      ? []
      : [words.min > 0 ? `${words.placeholder}${many}` : `[${words.placeholder}${many}]`]),
    ...required,
    "[options]",
    ...(rest === undefined ? [] : [`[-- ${rest.placeholder}...]`]),
  ].join(" ");
}

/** `-n, --namespace NAMESPACE`. */
function optionTitle(name: string, option: Option): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  return `${short}--${name}${option.kind === "value" ? ` ${option.placeholder}` : ""}`;
}

function list(rows: readonly (readonly [title: string, about: string])[]): string {
  const width = Math.max(...rows.map(([title]) => title.length));
  const indent = " ".repeat(width + 4);
  return rows
    .map(([title, about]) => {
      const [first = "", ...more] = wrap(about, WIDTH - indent.length);
      return [`  ${title.padEnd(width)}  ${first}`, ...more.map((line) => `${indent}${line}`)];
    })
    .flat()
    .map((line) => `${line}\n`)
    .join("");
}

function lines(paragraph: string): string {
  return wrap(paragraph, WIDTH)
    .map((line) => `${line}\n`)
    .join("");
}
