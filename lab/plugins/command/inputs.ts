import type { CheckFailure } from "../shared/provider.ts";
import {
  isList,
  isMap,
  isSecret,
  UNKNOWN,
  type PropertyMap,
  type PropertyValue,
} from "../shared/value.ts";

/** Which of a command's streams are shown while it runs. */
export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

/** What a command is run with, besides its text. */
export interface CommandInputs {
  stdin?: string;
  logging?: Logging;
  /** Program and arguments before the command's text; default `/bin/sh -c`. */
  interpreter?: string[];
  dir?: string;
  environment?: Record<string, string>;
  /** Puts the last run's output into the environment of the next; default true. */
  addPreviousOutputInEnv?: boolean;
}

export interface ResourceInputs extends CommandInputs {
  create?: string;
  update?: string;
  delete?: string;
}

type Check = (value: PropertyValue) => string | undefined;

const text: Check = (value) =>
  typeof value === "string" ? undefined : `expected a string, got ${typeName(value)}`;
const flag: Check = (value) =>
  typeof value === "boolean" ? undefined : `expected a boolean, got ${typeName(value)}`;
const list: Check = (value) =>
  isList(value) ? undefined : `expected a list, got ${typeName(value)}`;
const notOffered: Check = () => "the lab's command plugin doesn't offer this property";

const COMMAND_CHECKS: Record<string, Check> = {
  stdin: text,
  logging: (value) =>
    ["stdout", "stderr", "stdoutAndStderr", "none"].includes(value as string)
      ? undefined
      : "expected one of stdout, stderr, stdoutAndStderr, none",
  interpreter: (value) => list(value) ?? firstFailure(value as PropertyValue[]),
  dir: text,
  environment: (value) =>
    isMap(value)
      ? firstFailure(Object.values(value))
      : `expected a map of strings, got ${typeName(value)}`,
  addPreviousOutputInEnv: flag,
  assetPaths: notOffered,
  archivePaths: notOffered,
};

export const RESOURCE_CHECKS: Record<string, Check> = {
  ...COMMAND_CHECKS,
  create: text,
  update: text,
  delete: text,
  triggers: list,
};

export const FUNCTION_CHECKS: Record<string, Check> = { ...COMMAND_CHECKS, command: text };

/** What is wrong with the inputs; unknown values are taken to be right. */
export function checkInputs(inputs: PropertyMap, checks: Record<string, Check>): CheckFailure[] {
  return Object.entries(inputs).flatMap(([property, value]) => {
    const check = checks[property];
    const revealed = isSecret(value) ? value.value : value;
    if (!check) return [{ property, reason: `unknown property "${property}"` }];
    const reason = revealed === UNKNOWN ? undefined : check(revealed);
    return reason === undefined ? [] : [{ property, reason }];
  });
}

function firstFailure(values: PropertyValue[]): string | undefined {
  return values
    .map((value) => (isSecret(value) ? value.value : value))
    .filter((value) => value !== UNKNOWN)
    .map(text)
    .find((failure) => failure !== undefined);
}

function typeName(value: PropertyValue): string {
  if (isList(value)) return "a list";
  if (isMap(value)) return "a map";
  return value === null ? "null" : `a ${typeof value}`;
}
