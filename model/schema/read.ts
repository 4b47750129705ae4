import * as v from "valibot";

/** Why something is not the record it should be; the message is one line that names the first wrong field. */
export class RecordError extends Error {}

/** Longest part of what was found that is repeated in a message, in characters. */
const MAX_FOUND = 60;

/**
 * Reads JSON by a schema.
 *
 * @throws RecordError
 */
export function readJson<S extends v.GenericSchema>(text: string, schema: S): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RecordError(`it must be JSON, got ${describeFound(text)}`);
  }
  return readValue(value, schema);
}

/**
 * Checks a value by a schema.
 *
 * @returns the fields that the schema knows.
 * @throws RecordError such as `samples[0].heldMs must be a number from 0 to 10, got -1`.
 */
export function readValue<S extends v.GenericSchema>(value: unknown, schema: S): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true, message: describeExpected });
  if (result.success) {
    return result.output;
  }
  const [issue] = result.issues;
  const path = describePath(issue.path ?? []);
  throw new RecordError(
    issue.input === undefined
      ? `${path} is missing`
      : `${path} must be ${issue.message}, got ${describeFound(issue.input)}`,
  );
}

/**
 * Reads something, and lets whoever asked for it word why that can't be read.
 *
 * @param refuse makes an error of a {@link RecordError}; any other error of `read` is thrown as it is.
 */
export function readOr<T>(read: () => T, refuse: (cause: RecordError) => Error): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof RecordError ? refuse(error) : error;
  }
}

/** Words for what a schema expects that has no words of its own. */
function describeExpected({ expected }: v.BaseIssue<unknown>): string {
  return expected === null || expected === "Object"
    ? "an object"
    : expected.replaceAll(/^\(|\)$/g, "").replaceAll(" | ", " or ");
}

/** `samples[0].heldMs`, as jq takes it after a dot. */
function describePath(path: readonly v.IssuePathItem[]): string {
  const text = path
    .map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${shorten(String(key))}`))
    .join("");
  return text === "" ? "it" : text.replace(/^\./, "");
}

/** In one line. */
function describeFound(value: unknown): string {
  if (Array.isArray(value)) {
    return "a list";
  }
  return typeof value === "object" && value !== null
    ? "an object"
    : shorten(
        typeof value === "string" ? JSON.stringify(value.slice(0, MAX_FOUND + 1)) : String(value),
      );
}

function shorten(text: string): string {
  return text.length <= MAX_FOUND ? text : `${text.slice(0, MAX_FOUND)}...`;
}
