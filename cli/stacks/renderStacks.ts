import { COMPARISON_HEADER, comparisonRows, legendOf } from "../../report/comparison.ts";
import type { Comparison, TestComparison, UnreadableStack } from "../../report/comparison.ts";
import { disconnectSeconds } from "../../report/summary.ts";
import type { Style } from "../command/output.ts";

/** A stack of the table, with how it differs from what is asserted. */
export type StackResult = Comparison | (Comparison & { deviation: string }) | UnreadableStack;

/** Renders stacks beside each other; one that can't be read is a row with the reason. */
export function renderStacks(results: readonly StackResult[], style: Style): string {
  const rows = results.flatMap((result) =>
    "problem" in result ? [unreadableRow(result)] : comparisonRows(result),
  );
  const legend = legendOf(results.filter((result) => "record" in result));
  return `${style.table(COMPARISON_HEADER, rows)}\n${style.paragraphs(legend)}`;
}

function unreadableRow({ stack, problem }: UnreadableStack): string[] {
  const empty = COMPARISON_HEADER.slice(2).map(() => "-");
  return [stack, ...empty, `can't be read: ${problem}`];
}

/** Makes the object that programs get; its names are stable. */
export function stacksRecord(results: readonly StackResult[]): object {
  return { schemaVersion: 1, stacks: results.map(stackRecord) };
}

function stackRecord(result: StackResult): object {
  if ("problem" in result) {
    return result;
  }
  const { stack, record, tests } = result;
  return {
    stack,
    ...expectationOf(tests[0]),
    disconnectSeconds: disconnectSeconds(record),
    tests: tests.map((test) => {
      const { middleware, mode } = test;
      return { middleware, mode, ...expectationOf(test) };
    }),
    ...("deviation" in result && { deviation: result.deviation }),
    results: record,
  };
}

function expectationOf(test: TestComparison | undefined): object {
  const { expectedMs = null, verdict } = test ?? {};
  return { expectedSeconds: expectedMs === null ? null : expectedMs / 1000, verdict };
}
