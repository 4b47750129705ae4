import * as v from "valibot";

import type { End, Row } from "../../app/drivers/node/row.ts";
import { rowSchema } from "../../model/driverRecord.ts";
import { count, schemaOf } from "../../model/schema/fields.ts";
import { readValue } from "../../model/schema/read.ts";

const endSchema = schemaOf<End>()(v.object({ cases: count }));

/**
 * Reads a program's log as far as it has got.
 *
 * @returns its rows once they are all there; undefined before that.
 * @throws RecordError when a line is a row, but not as it should be.
 */
export function finishedRows(log: string): Row[] | undefined {
  const lines = log.split("\n").flatMap((line) => parse(line) ?? []);
  const end = lines.find((line) => "cases" in line);
  const rows = lines.filter((line) => "driver" in line && "case" in line);
  return end !== undefined && rows.length === readValue(end, endSchema).cases
    ? rows.map((row) => readValue(row, rowSchema))
    : undefined;
}

/** Reads a line of JSON; drivers have log lines of their own. */
function parse(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
