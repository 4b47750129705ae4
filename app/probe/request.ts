import type { Target } from "./connect.ts";
import type { ProbeSpec } from "./record.ts";

/** Longest window, in ms: what a timer of Node's can hold (24.8 days). */
export const MAX_OBSERVE_MS = 2_147_483_647;

/** A request that can't be carried out as it was put; the message is for the one who asked. */
export class RequestError extends Error {}

type Check = (value: unknown) => string | undefined;

const checkRun: Check = (value) =>
  // A Kubernetes label value, and as such also a safe file name.
  typeof value === "string" && /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(value)
    ? undefined
    : "must be 1 to 63 letters, digits, '.', '_' or '-', and start and end with a letter or digit";

const checkHost: Check = (value) =>
  typeof value === "string" && value.length <= 253 && /^[A-Za-z0-9._:%-]+$/.test(value)
    ? undefined
    : "must be an IP address or a DNS name";

const checkPort = wholeNumber(1, 65_535);
const checkMs = wholeNumber(1, MAX_OBSERVE_MS);

/** @throws RequestError naming every problem in `text`, the JSON of a {@link ProbeSpec}. */
export function parseSpec(text: string): ProbeSpec {
  return parseFields(
    text,
    { run: checkRun, host: checkHost, port: checkPort, observeMs: checkMs },
    { pingEveryMs: checkMs },
  ) as unknown as ProbeSpec;
}

/** @throws RequestError naming every problem in `text`, the JSON of a {@link Target}. */
export function parseTarget(text: string): Target {
  return parseFields(text, { host: checkHost, port: checkPort }) as unknown as Target;
}

/** @throws RequestError when `text` can't be the name of a run. */
export function parseRun(text: string): string {
  const problem = checkRun(text);
  if (problem !== undefined) {
    throw new RequestError(`run ${problem}, got ${JSON.stringify(text)}`);
  }
  return text;
}

/** @throws RequestError unless `text` is a whole number of ms that a timer can hold. */
export function parseWaitMs(text: string): number {
  const value = text === "" ? Number.NaN : Number(text);
  const problem = wholeNumber(0, MAX_OBSERVE_MS)(value);
  if (problem !== undefined) {
    throw new RequestError(`wait ${problem} (ms), got ${JSON.stringify(text)}`);
  }
  return value;
}

function parseFields(
  text: string,
  required: Record<string, Check>,
  optional: Record<string, Check> = {},
): Record<string, unknown> {
  const checks = { ...required, ...optional };
  const names = Object.keys(required).join(", ");
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    fields = undefined;
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw new RequestError(`the request must be a JSON object with ${names}, got: ${text}`);
  }
  const given: Record<string, unknown> = { ...fields };
  const problems = Object.entries(checks).flatMap(([name, check]) => {
    const problem = name in optional && !(name in given) ? undefined : check(given[name]);
    return problem === undefined
      ? []
      : [`${name} ${problem}, got ${name in given ? JSON.stringify(given[name]) : "nothing"}`];
  });
  for (const name of Object.keys(given)) {
    if (!(name in checks)) {
      const known = Object.keys(checks).join(", ");
      problems.push(`unknown field ${JSON.stringify(name)}, known are ${known}`);
    }
  }
  if (problems.length > 0) {
    throw new RequestError(problems.join("; "));
  }
  return given;
}

function wholeNumber(min: number, max: number): Check {
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}`;
}
