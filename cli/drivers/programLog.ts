import type { End, Row } from "../../app/drivers/node/row.ts";

/**
 * Reads a program's log as far as it has got.
 *
 * @returns its rows once they are all there; undefined before that.
 */
export function finishedRows(log: string): Row[] | undefined {
  const lines = log.split("\n").flatMap((line) => parse(line) ?? []);
  const end = lines.find((line): line is End => "cases" in line);
  const rows = lines.filter((line): line is Row => "driver" in line);
  return rows.length === end?.cases ? rows : undefined;
}

/** Drivers have log lines of their own. */
function parse(line: string): Row | End | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Row | End) : undefined;
  } catch {
    return undefined;
  }
}
