import { protocols } from "../app/probe/middleware/protocols.ts";
import { MAX_SAMPLES } from "../app/probe/request.ts";
import { MIDDLEWARE_KINDS, MODES } from "../app/probe/sample.ts";
import type { MiddlewareKind, Mode } from "../app/probe/sample.ts";
import { parseList } from "./list.ts";

/** What is done with connections, and with how many. */
export interface Load {
  modes: readonly Mode[];
  /** How many connections each test holds at once. */
  connections: number;
  /** How often that is done, one time after the other. */
  repetitions: number;
}

export const DEFAULT_LOAD: Load = { modes: ["silent"], connections: 1, repetitions: 1 };

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

/** Whether a kind of middleware can be asked what the mode asks. */
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

/** A kind of middleware and what is done with connections to it. */
export interface TestKind<T> {
  target: T;
  mode: Mode;
}

/** Every target in every mode that it takes. */
export function testsOf<T extends { middleware: MiddlewareKind }>(
  targets: readonly T[],
  modes: readonly Mode[],
): TestKind<T>[] {
  return targets.flatMap((target) =>
    modes.filter((mode) => takesMode(target.middleware, mode)).map((mode) => ({ target, mode })),
  );
}

/** What does not go together, one line each with what is allowed. */
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
        `modes: ${mode} can't be had with ${middleware.join(", ")}; set middleware to one or more of ` +
        `${takers.join(", ")}, or take the mode out`
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
      `connections: ${connections} at once in ${tests} tests, ${repetitions} times, are more than ${MAX_SAMPLES} ` +
        "samples; set connections or repetitions to less",
    );
  }
  return problems;
}
