import { parseList } from "../../model/list.ts";
import type { ServerKind } from "../../model/target.ts";
import type { Timeout } from "../../model/timeout.ts";

/** Languages of the programs that use the drivers; each program is a container of its own. */
export type DriverLanguage = "go" | "node";

/** Every driver that can be measured, with the kind of middleware that it talks to. */
const DRIVERS = {
  "go-memcached": { kind: "memcached", language: "go" },
  "go-mongodb": { kind: "mongodb", language: "go" },
  "go-mysql": { kind: "mysql", language: "go" },
  "go-redis": { kind: "redis", language: "go" },
  "node-ioredis": { kind: "redis", language: "node" },
  "node-mongodb": { kind: "mongodb", language: "node" },
  "node-mysql2": { kind: "mysql", language: "node" },
  "node-redis": { kind: "redis", language: "node" },
} as const satisfies Record<string, { kind: ServerKind; language: DriverLanguage }>;

export type DriverName = keyof typeof DRIVERS;

const NAMES = Object.keys(DRIVERS) as DriverName[];

/** Which drivers were asked for; `all` is each for which there is a server. */
export type AskedDrivers = "all" | readonly DriverName[];

/** A driver is left alone for that much longer than the timeout, in ms. */
const GRACE_MS = 3_000;
/** The advice, half the timeout, is a time that all drivers can be set to. */
const MIN_TIMEOUT_MS = 2_000;
/** `up` waits for the drivers to the end. What they do depends little on how long that is. */
const MAX_TIMEOUT_MS = 600_000;

/**
 * Reads the `drivers` setting: names separated by commas, `all`, or nothing.
 *
 * @throws Error with one line for the user.
 */
export function parseDrivers(text: string): AskedDrivers {
  if (text === "all" || text === "") {
    return text === "all" ? "all" : [];
  }
  return parseList(text, NAMES, "a driver", "all, or ");
}

/**
 * The drivers to measure, in alphabetical order.
 *
 * @param kinds of the servers that there are.
 */
export function driversFor(asked: AskedDrivers, kinds: readonly string[]): DriverName[] {
  return NAMES.filter((name) =>
    asked === "all" ? kinds.includes(DRIVERS[name].kind) : asked.includes(name),
  );
}

/** What is wrong with measuring these drivers in this stack, one line each. */
export function driverProblems(
  asked: AskedDrivers,
  stack: { kinds: readonly string[]; timeout: Timeout; timelapse: number },
): string[] {
  const drivers = driversFor(asked, stack.kinds);
  const allowed = driversFor("all", stack.kinds);
  const problems = drivers
    .filter((driver) => !allowed.includes(driver))
    .map(
      (driver) =>
        `drivers: ${driver} talks to ${DRIVERS[driver].kind}, which this stack does not have; ` +
        `${allowed.length === 0 ? "none is allowed" : `allowed are ${allowed.join(", ")}`}, or add ` +
        `${DRIVERS[driver].kind} to middleware`,
    );
  if (asked === "all" && allowed.length === 0) {
    problems.push("drivers: there is none for what this stack has; add redis to middleware");
  }
  if (drivers.length === 0) {
    return problems;
  }
  const { timeout, timelapse } = stack;
  if (
    timeout.variant !== "duration" ||
    timeout.ms < MIN_TIMEOUT_MS ||
    timeout.ms > MAX_TIMEOUT_MS
  ) {
    problems.push(
      "drivers: they are left alone for longer than the timeout, which has to be a duration from 2s to 10m for " +
        "that; set timeout to one, such as 12s, or drivers to nothing",
    );
  }
  if (timelapse > 1) {
    problems.push(
      "drivers: their own timers run in real time, so that they can't be measured in a time-lapse; set timelapse " +
        "to 1, or drivers to nothing",
    );
  }
  return problems;
}

/** How long a driver is left alone, in ms, so that the sidecar has closed its connection for sure. */
export function driverIdleMs(timeoutMs: number): number {
  return timeoutMs + GRACE_MS;
}

/** Languages of the drivers, each once, in alphabetical order. */
export function languagesOf(drivers: readonly DriverName[]): DriverLanguage[] {
  return [...new Set(drivers.map((driver) => DRIVERS[driver].language))].sort();
}

/** Kinds of middleware of the drivers, each once, in alphabetical order. */
export function driverKinds(drivers: readonly DriverName[]): ServerKind[] {
  return [...new Set(drivers.map((driver) => DRIVERS[driver].kind))].sort();
}
