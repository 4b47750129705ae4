import type { Crash, Request } from "../app/drivers/node/row.ts";
import { renderTable } from "./table.ts";
import { formatDuration } from "../model/duration.ts";
import { effectOf } from "./driverEffect.ts";
import type { DriverRecord, DriverRow } from "../model/driverRecord.ts";

const EFFECTS: Record<ReturnType<typeof effectOf>, string> = {
  lived: "nothing: its connection lives on",
  hidden: "hidden: a new connection",
  failedOnce: "fails once",
  failed: "fails for good",
  crashed: "process ends",
  notMeasured: "not measured",
};

/** Titles of the cells of {@link driverRows}. */
export const DRIVER_HEADER = [
  "driver",
  "case",
  "effect",
  "first request",
  "second",
  "opened",
  "no sidecar",
] as const;

/** Writes what real drivers did in the two pods: a line, and a table with a row for each driver and case. */
export function driverSummary(record: DriverRecord): string {
  return `${driverTitle(record)}:\n${renderTable(DRIVER_HEADER, driverRows(record)).trimEnd()}`;
}

/** `after 15s without a request, with an idle timeout of 12s`. */
export function driverTitle({ idleMs, idleTimeoutMs }: DriverRecord): string {
  return (
    `after ${formatDuration(idleMs)} without a request, ` +
    `with an idle timeout of ${formatDuration(idleTimeoutMs)}`
  );
}

/** Writes a row for each driver and case. */
export function driverRows({ rows }: DriverRecord): string[][] {
  return rows
    .filter(({ probe }) => probe === "withSidecar")
    .map((row) => {
      const control = rows.find(
        (other) =>
          other.probe === "withoutSidecar" &&
          other.driver === row.driver &&
          other.case === row.case,
      );
      return [
        row.driver,
        row.case,
        effectText(row),
        firstText(row),
        ...(row.second === undefined ? ["-"] : [requestText(row.second)]),
        String(row.connections.length),
        control === undefined ? "-" : effectText(control),
      ];
    });
}

function effectText(row: DriverRow): string {
  return EFFECTS[effectOf(row)];
}

/** The first request, or what came in its place. */
function firstText({ crash, first, problem }: DriverRow): string {
  if (crash !== undefined) {
    return crashText(crash);
  }
  return first === undefined ? (problem ?? "-") : requestText(first);
}

/** `ok, 3 ms` or `"invalid connection" (mysql.ErrInvalidConn), 0 ms`. */
function requestText({ error, ms }: Request): string {
  return `${error === undefined ? "ok" : errorText(error)}, ${Math.round(ms)} ms`;
}

function crashText({ atMs, error }: Crash): string {
  return `${errorText(error)}, ${(atMs / 1000).toFixed(1)} s into the idle time`;
}

function errorText({ code, message, name }: NonNullable<Request["error"]>): string {
  return `"${message}" (${code === undefined ? name : `${name} ${code}`})`;
}
