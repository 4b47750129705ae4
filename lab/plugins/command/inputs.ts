import type { CheckFailure } from "../shared/provider.ts";
import { isList, isMap, unwrap, UNKNOWN } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import type { PropertyValue } from "../shared/value.ts";

/** Streams of a command that are shown while it runs. */
const LOGGING = ["stdout", "stderr", "stdoutAndStderr", "none"] as const;
export type Logging = (typeof LOGGING)[number];

/** Settings of a command's run, besides its text. */
export interface CommandInputs {
  stdin?: string;
  /** Default stdoutAndStderr. */
  logging?: Logging;
  environment?: Record<string, string>;
  /** Puts the last run's output into the environment of the next; default true. */
  addPreviousOutputInEnv?: boolean;
}

export interface ResourceInputs extends CommandInputs {
  /** Run when the resource is created, and again when it is updated. */
  create?: string;
  delete?: string;
}

/** Types of fields, in the words of the official plugin, which is written in Go. */
type Fields = Record<string, keyof typeof TYPES | typeof NOT_OFFERED>;

/** Type of the official plugin's fields that are refused here. */
const NOT_OFFERED = "not offered";

const TYPES = {
  string: (value: PropertyValue) => typeof value === "string",
  bool: (value: PropertyValue) => typeof value === "boolean",
  "local.Logging": (value: PropertyValue) => typeof value === "string",
  "[]interface {}": isList,
  "map[string]string": isMap,
};

const COMMAND_FIELDS: Fields = {
  logging: "local.Logging",
  environment: "map[string]string",
  stdin: "string",
  addPreviousOutputInEnv: "bool",
  archivePaths: NOT_OFFERED,
  assetPaths: NOT_OFFERED,
  dir: NOT_OFFERED,
  interpreter: NOT_OFFERED,
};

/** Names what is wrong with a resource's inputs; unknown values are taken to be right. */
export function checkResource(inputs: PropertyMap): CheckFailure[] {
  const own: Fields = {
    triggers: "[]interface {}",
    create: "string",
    delete: "string",
    update: NOT_OFFERED,
  };
  return checkFields("local.CommandInputs", inputs, { ...own, ...COMMAND_FIELDS });
}

/** Names what is wrong with the arguments of the function. */
export function checkArguments(args: PropertyMap): CheckFailure[] {
  const struct = "local.RunInputs";
  if (args.command === undefined) {
    const reason = `Missing required field 'command' on '${struct}'`;
    return [{ property: "command", reason }];
  }
  return checkFields(struct, args, { command: "string", ...COMMAND_FIELDS });
}

function checkFields(struct: string, inputs: PropertyMap, fields: Fields): CheckFailure[] {
  return Object.entries(inputs).flatMap(([field, value]) => {
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    switch (type) {
      case undefined:
        return [{ property: field, reason: `Unrecognized field '${field}' on '${struct}'` }];
      case NOT_OFFERED:
        return [{ property: field, reason: `the lab's command plugin doesn't offer '${field}'` }];
      default:
        return typeFailures(struct, field, value, type);
    }
  });
}

function typeFailures(
  struct: string,
  field: string,
  input: PropertyValue,
  type: keyof typeof TYPES,
): CheckFailure[] {
  const value = unwrap(input);
  if (value === undefined || value === UNKNOWN) {
    return [];
  }
  if (!TYPES[type](value)) {
    const reason = `Field '${field}' on '${struct}' must be a '${type}'; got '${goType(value)}' instead`;
    return [{ property: field, reason }];
  }
  if (type === "local.Logging" && !LOGGING.some((word) => word === value)) {
    const reason = `Field '${field}' on '${struct}' must be one of ${LOGGING.join(", ")}`;
    return [{ property: field, reason }];
  }
  if (type === "map[string]string") {
    return Object.entries(value as PropertyMap).flatMap(([key, item]) =>
      typeFailures(struct, `${field}[${key}] value`, item, "string"),
    );
  }
  return [];
}

function goType(value: PropertyValue): string {
  if (value === null) {
    return "nil";
  }
  if (isList(value)) {
    return "[]interface {}";
  }
  if (isMap(value)) {
    return "map[string]interface {}";
  }
  return { number: "float64", boolean: "bool" }[typeof value as string] ?? typeof value;
}
