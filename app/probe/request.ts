import type { Target } from "./connect.ts";
import { MIDDLEWARE_KINDS, MODES } from "./sample.ts";
import type { MiddlewareKind, ProbeSpec, ProbeTest } from "./sample.ts";

/** Longest window that a connection is held and watched, in ms: a week. */
export const MAX_OBSERVE_MS = 168 * 3_600_000;

/** Longest time that a timer of Node.js can wait, in ms: 24.8 days. */
export const MAX_TIMER_MS = 2_147_483_647;

/** Most samples of a run, and so most connections at once; they fit into 128 MiB. */
export const MAX_SAMPLES = 1000;

/** Error in a request; its message tells the sender what to change. */
export class RequestError extends Error {}

/** Endpoint with the kind of its middleware. */
export interface CheckedTarget extends Target {
  middleware: MiddlewareKind;
}

type Check = (value: unknown) => string | undefined;

const checkRun: Check = (value) =>
  // Such a value of a Kubernetes label is also a safe file name.
  typeof value === "string" && /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(value)
    ? undefined
    : "must be 1 to 63 letters, digits, '.', '_' or '-', and start and end with a letter or digit";

const checkHost: Check = (value) =>
  typeof value === "string" && value.length <= 253 && /^[A-Za-z0-9._:%-]+$/.test(value)
    ? undefined
    : "must be an IP address or a DNS name";

const checkPort = wholeNumber(1, 65_535);
const checkObserveMs = wholeNumber(1, MAX_OBSERVE_MS);
const checkEveryMs = wholeNumber(1, MAX_TIMER_MS);
const checkCount = wholeNumber(1, MAX_SAMPLES);
const checkMiddleware = oneOf(...MIDDLEWARE_KINDS);
const checkMode = oneOf(...MODES);
const checkTests: Check = (value) =>
  Array.isArray(value) && value.length >= 1 ? undefined : "must be a list of tests";

const OPTIONAL = { everyMs: checkEveryMs, address: checkHost };
const target = { middleware: checkMiddleware, host: checkHost, port: checkPort };

/**
 * Parses the JSON of a {@link ProbeSpec}.
 *
 * @throws RequestError that names every problem at once.
 */
export function parseSpec(text: string): ProbeSpec {
  const spec = parseFields(text, {
    run: checkRun,
    observeMs: checkObserveMs,
    connections: checkCount,
    repetitions: checkCount,
    tests: checkTests,
  });
  const tests = (spec.tests as unknown[]).map((test) =>
    checkFields(isObject(test) ? test : {}, { ...target, mode: checkMode }, OPTIONAL),
  ) as unknown as ProbeTest[];
  const { connections, repetitions } = spec as unknown as ProbeSpec;
  if (tests.length * connections * repetitions > MAX_SAMPLES) {
    throw new RequestError(
      `tests, connections and repetitions must be at most ${MAX_SAMPLES} together, ` +
        `got ${tests.length} x ${connections} x ${repetitions}`,
    );
  }
  for (const { mode, everyMs } of tests) {
    if ((mode === "ping" || mode === "keepalive") !== (everyMs !== undefined)) {
      throw new RequestError("everyMs goes with the modes ping and keepalive, and with no other");
    }
  }
  return { ...spec, tests } as unknown as ProbeSpec;
}

/**
 * Parses the JSON of a {@link CheckedTarget}.
 *
 * @throws RequestError that names every problem at once.
 */
export function parseTarget(text: string): CheckedTarget {
  return parseFields(text, target) as unknown as CheckedTarget;
}

/**
 * Checks the name of a run.
 *
 * @throws RequestError if `text` can't be one.
 */
export function parseRun(text: string): string {
  const problem = checkRun(text);
  if (problem !== undefined) {
    throw new RequestError(`run ${problem}, got ${JSON.stringify(text)}`);
  }
  return text;
}

/**
 * Parses a time to wait, in ms.
 *
 * @throws RequestError unless `text` is a whole number that a timer can hold.
 */
export function parseWaitMs(text: string): number {
  const value = text === "" ? Number.NaN : Number(text);
  const problem = wholeNumber(0, MAX_TIMER_MS)(value);
  if (problem !== undefined) {
    throw new RequestError(`wait ${problem} (ms), got ${JSON.stringify(text)}`);
  }
  return value;
}

function parseFields(text: string, required: Record<string, Check>): Record<string, unknown> {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    fields = undefined;
  }
  if (!isObject(fields)) {
    const names = Object.keys(required).join(", ");
    throw new RequestError(`the request must be a JSON object with ${names}, got: ${text}`);
  }
  return checkFields(fields, required);
}

function checkFields(
  given: Record<string, unknown>,
  required: Record<string, Check>,
  optional: Record<string, Check> = {},
): Record<string, unknown> {
  const checks = { ...required, ...optional };
  const problems = Object.entries(checks).flatMap(([name, check]) => {
    const isGiven = Object.hasOwn(given, name);
    const problem = name in optional && !isGiven ? undefined : check(given[name]);
    return problem === undefined
      ? []
      : [`${name} ${problem}, got ${isGiven ? JSON.stringify(given[name]) : "nothing"}`];
  });
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(checks, name)) {
      const known = Object.keys(checks).join(", ");
      problems.push(`unknown field ${JSON.stringify(name)}, known are ${known}`);
    }
  }
  if (problems.length > 0) {
    throw new RequestError(problems.join("; "));
  }
  return given;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wholeNumber(min: number, max: number): Check {
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}`;
}

function oneOf(...allowed: readonly string[]): Check {
  return (value) =>
    typeof value === "string" && allowed.includes(value)
      ? undefined
      : `must be one of ${allowed.join(", ")}`;
}
