import { protocols } from "../app/probe/middleware/protocols.ts";
import { MAX_SAMPLES } from "../app/probe/request.ts";
import { MIDDLEWARE_KINDS, MODES } from "../app/probe/sample.ts";
import type { MiddlewareKind, Mode } from "../app/probe/sample.ts";
import { parseList } from "./list.ts";

/** Modes of the connections, and their number. */
export interface Load {
  modes: readonly Mode[];
  /** Number of connections that each test holds at once. */
  connections: number;
  /** Number of times in a row that this is done. */
  repetitions: number;
}

/** @throws Error with one line for the user. */
export function parseModes(text: string): Mode[] {
  return parseList(text, MODES, "a mode");
}

/** @throws Error with one line for the user. */
export function parseCount(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MAX_SAMPLES) {
    throw new Error(`${JSON.stringify(text)} is not a whole number from 1 to ${MAX_SAMPLES}`);
  }
  return count;
}

/** Tells whether a kind of middleware can answer what the mode asks. */
export function takesMode(middleware: MiddlewareKind, mode: Mode): boolean {
  const { ping, slow } = protocols[middleware];
  switch (mode) {
    case "silent":
    case "keepalive":
      return true;
    case "ping":
    case "firstUse":
      return ping !== undefined;
    case "inFlight":
      return slow !== undefined;
  }
}

/** One test: a target, and the mode of its connections. */
export interface TestKind<T> {
  target: T;
  mode: Mode;
}

/** Pairs every target with every mode that it takes. */
export function testsOf<T extends { middleware: MiddlewareKind }>(
  targets: readonly T[],
  modes: readonly Mode[],
): TestKind<T>[] {
  return targets.flatMap((target) =>
    modes.filter((mode) => takesMode(target.middleware, mode)).map((mode) => ({ target, mode })),
  );
}

/** Lists problems of a load with the kinds of middleware, one line each with its fix. */
export function loadProblems(
  middleware: readonly MiddlewareKind[] | undefined,
  { modes, connections, repetitions }: Partial<Load>,
): string[] {
  if (middleware === undefined || modes === undefined) {
    return [];
  }
  const problems = modes
    .filter((mode) => !middleware.some((kind) => takesMode(kind, mode)))
    .map((mode) => {
      const takers = MIDDLEWARE_KINDS.filter((kind) => takesMode(kind, mode));
      return (
        `modes: ${mode} does not work with ${middleware.join(", ")}; set middleware to one or more of ` +
        `${takers.join(", ")}, or remove the mode`
      );
    });
  const tests = testsOf(
    middleware.map((kind) => ({ middleware: kind })),
    modes,
  ).length;
  if (
    connections !== undefined &&
    repetitions !== undefined &&
    tests * connections * repetitions > MAX_SAMPLES
  ) {
    problems.push(
      `connections: ${connections} at once in ${tests} tests, ${repetitions} times, make more than ${MAX_SAMPLES} ` +
        "samples; set connections or repetitions to less",
    );
  }
  return problems;
}
