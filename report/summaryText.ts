import type { RunRecord } from "../model/record.ts";
import { compareRun, COMPARISON_HEADER, comparisonRows } from "./comparison.ts";
import { summaryLines } from "./summary.ts";
import { renderTable } from "./table.ts";

/** Writes what was found in a run: lines, and a table with a row for each test that has samples. */
export function summaryText(record: RunRecord): string {
  // Within a stack the table needs no column with its name.
  const rows = comparisonRows(compareRun("", record)).map(([, ...cells]) => cells);
  const table =
    rows.length === 0 ? "" : `\n\n${renderTable(COMPARISON_HEADER.slice(1), rows).trimEnd()}`;
  return summaryLines(record).join("\n") + table;
}
