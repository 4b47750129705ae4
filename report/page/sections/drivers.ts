import { DRIVER_HEADER, driverRows, driverTitle } from "../../driverSummary.ts";
import { paragraph, table } from "../document.ts";
import type { Section } from "../document.ts";
import type { ReportedStack } from "../reported.ts";

/** Shows what an idle close did to real drivers. */
export function driverSection(stacks: readonly ReportedStack[]): Section {
  const tables = stacks.flatMap(({ driverProblem, drivers, stack }) => [
    ...(drivers === undefined
      ? []
      : [table(`${stack}: ${driverTitle(drivers)}`, DRIVER_HEADER, driverRows(drivers))]),
    ...(driverProblem === undefined
      ? []
      : [paragraph(`${stack}: the record of its drivers can't be read: ${driverProblem}`)]),
  ]);
  return {
    id: "drivers",
    title: "Real drivers",
    blocks:
      tables.length === 0
        ? [paragraph("No stack of this report measured real drivers (configuration key drivers).")]
        : tables,
  };
}
