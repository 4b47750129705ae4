import type { CheckFailure } from "../shared/provider.ts";
import { isList, isMap, unwrap, UNKNOWN } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import type { PropertyValue } from "../shared/value.ts";

/** Which of a command's streams are shown while it runs; any other word means none. */
export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

/** What a command is run with, besides its text. */
export interface CommandInputs {
  stdin?: string;
  logging?: Logging;
  /** Program and arguments before the command's text; default `/bin/sh -c`. */
  interpreter?: string[];
  dir?: string;
  environment?: Record<string, string | null>;
  /** Puts the last run's output into the environment of the next; default true. */
  addPreviousOutputInEnv?: boolean;
}

export interface ResourceInputs extends CommandInputs {
  create?: string;
  update?: string;
  delete?: string;
}

/** The type of each field, in the words of the official plugin, which is written in Go. */
type Fields = Record<string, keyof typeof TYPES | typeof NOT_OFFERED>;

const NOT_OFFERED = "not offered";

const TYPES = {
  string: (value: PropertyValue) => typeof value === "string",
  bool: (value: PropertyValue) => typeof value === "boolean",
  "local.Logging": (value: PropertyValue) => typeof value === "string",
  "[]string": isList,
  "[]interface {}": isList,
  "map[string]string": isMap,
};

const COMMAND_FIELDS: Fields = {
  logging: "local.Logging",
  interpreter: "[]string",
  dir: "string",
  environment: "map[string]string",
  stdin: "string",
  assetPaths: NOT_OFFERED,
  archivePaths: NOT_OFFERED,
  addPreviousOutputInEnv: "bool",
};

/** What is wrong with a resource's inputs; unknown values are taken to be right. */
export function checkResource(inputs: PropertyMap): CheckFailure[] {
  const own: Fields = {
    triggers: "[]interface {}",
    create: "string",
    delete: "string",
    update: "string",
  };
  return checkFields("local.CommandInputs", inputs, { ...own, ...COMMAND_FIELDS });
}

/** What is wrong with the arguments of the function. */
export function checkArguments(args: PropertyMap): CheckFailure[] {
  const struct = "local.RunInputs";
  if (args.command === undefined) {
    const reason = `Missing required field 'command' on '${struct}'`;
    return [{ property: "command", reason }];
  }
  return checkFields(struct, args, { command: "string", ...COMMAND_FIELDS });
}

function checkFields(struct: string, inputs: PropertyMap, fields: Fields): CheckFailure[] {
  const given = Object.keys(inputs);
  const known = Object.entries(fields).filter(([field]) => given.includes(field));
  const unknown = given.filter((field) => !Object.hasOwn(fields, field));
  return [
    ...known.flatMap(([field, type]) =>
      type === NOT_OFFERED
        ? [{ property: field, reason: "the lab's command plugin doesn't offer this property" }]
        : typeFailures(struct, field, inputs[field], type),
    ),
    ...unknown.map((field) => ({
      property: field,
      reason: `Unrecognized field '${field}' on '${struct}'`,
    })),
  ];
}

function typeFailures(
  struct: string,
  field: string,
  input: PropertyValue | undefined,
  type: keyof typeof TYPES,
): CheckFailure[] {
  const value = unwrap(input);
  if (value === undefined || value === null || value === UNKNOWN) {
    return [];
  }
  if (!TYPES[type](value)) {
    const reason = `Field '${field}' on '${struct}' must be a '${type}'; got '${goType(value)}' instead`;
    return [{ property: field, reason }];
  }
  if (type === "[]string") {
    return (value as PropertyValue[]).flatMap((item, index) =>
      typeFailures(struct, `${field}[${index}]`, item, "string"),
    );
  }
  if (type === "map[string]string") {
    return Object.entries(value).flatMap(([key, item]) =>
      typeFailures(struct, `${field}[${key}] value`, item as PropertyValue, "string"),
    );
  }
  return [];
}

function goType(value: PropertyValue): string {
  if (isList(value)) {
    return "[]interface {}";
  }
  if (isMap(value)) {
    return "map[string]interface {}";
  }
  return { number: "float64", boolean: "bool" }[typeof value as string] ?? typeof value;
}
