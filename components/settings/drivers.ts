import { parseList } from "../../model/list.ts";
import type { ServerKind } from "../../model/target.ts";
import type { Timeout } from "../../model/timeout.ts";

/** Languages of the programs that use the drivers; each program is a container of its own. */
export type DriverLanguage = "go" | "node";

/** Drivers that can be measured, each with the kind of middleware that it talks to. */
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

/** Names of all drivers, in alphabetical order. */
export const DRIVER_NAMES = Object.keys(DRIVERS) as DriverName[];

/** Drivers that were asked for; `all` takes every driver that the stack has a server for. */
export type AskedDrivers = "all" | readonly DriverName[];

/** Time beyond the timeout for which a driver sends nothing, in ms. */
const GRACE_MS = 3_000;
/** Shortest timeout, in ms: every driver can be set to half of it, which is the advice. */
const MIN_TIMEOUT_MS = 2_000;
/** Longest timeout, in ms: `up` waits for the drivers to the end, and what they do depends little on its length. */
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
  return parseList(text, DRIVER_NAMES, "a driver", "all, or ");
}

/**
 * Returns the drivers to measure, in alphabetical order.
 *
 * @param kinds middleware that the stack has servers for.
 */
export function driversFor(asked: AskedDrivers, kinds: readonly string[]): DriverName[] {
  return DRIVER_NAMES.filter((name) =>
    asked === "all" ? kinds.includes(DRIVERS[name].kind) : asked.includes(name),
  );
}

/** Lists why these drivers can not be measured in this stack, one line each. */
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
    problems.push("drivers: no driver talks to what this stack has; add redis to middleware");
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
      "drivers: they send nothing for longer than the timeout, which has to be a duration from 2s to 10m; set " +
        "timeout to one such as 12s, or unset drivers",
    );
  }
  if (timelapse > 1) {
    problems.push(
      "drivers: their own timers run in real time, so they can't be measured in a time-lapse; set timelapse to 1, " +
        "or unset drivers",
    );
  }
  return problems;
}

/**
 * Returns the idle timeout behind which drivers are measured, in ms.
 *
 * @throws Error for a timeout that {@link driverProblems} refuses.
 */
export function driverTimeoutMs(timeout: Timeout): number {
  if (timeout.variant !== "duration") {
    throw new Error(`drivers take no timeout ${timeout.variant}`);
  }
  return timeout.ms;
}

/** Returns how long a driver sends nothing, in ms: long enough for the sidecar to have closed its connection. */
export function driverIdleMs(timeoutMs: number): number {
  return timeoutMs + GRACE_MS;
}

/** Lists the languages of the drivers, each once, in alphabetical order. */
export function languagesOf(drivers: readonly DriverName[]): DriverLanguage[] {
  return [...new Set(drivers.map((driver) => DRIVERS[driver].language))].sort();
}

/** Lists the kinds of middleware of the drivers, each once, in alphabetical order. */
export function driverKinds(drivers: readonly DriverName[]): ServerKind[] {
  return [...new Set(drivers.map((driver) => DRIVERS[driver].kind))].sort();
}
