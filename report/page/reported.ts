import type { DriverRecord } from "../../model/driverRecord.ts";
import type { Measurement } from "../../model/record.ts";
import { ofProbe } from "../sampleGroups.ts";
import type { Comparison, TestComparison, UnreadableStack } from "../comparison.ts";

/** A stack on the page: what was measured in it, with real drivers too where it has them. */
export interface ReportedStack extends Comparison {
  drivers?: DriverRecord;
  /** Why the record of its drivers can't be read. */
  driverProblem?: string;
}

/** Everything that a page is made of. */
export interface Reported {
  stacks: readonly ReportedStack[];
  unreadable: readonly UnreadableStack[];
  /** Whether hosts, addresses and names were replaced. */
  redacted: boolean;
}

/** A test and the stack that it belongs to. */
export interface StackTest {
  stack: ReportedStack;
  test: TestComparison;
  /** Tells the test from all others on the page: `10s`, or `10s, redis ping` where the stack has several. */
  label: string;
}

/** Lists all tests, stack by stack. */
export function testsOf(stacks: readonly ReportedStack[]): StackTest[] {
  return stacks.flatMap((stack) =>
    stack.tests.map((test) => ({
      stack,
      test,
      label: stack.tests.length > 1 ? `${stack.stack}, ${test.name}` : stack.stack,
    })),
  );
}

/** Lists the tests whose connections were left idle: what a ping keeps open says nothing about an idle timeout. */
export function idleTestsOf(stacks: readonly ReportedStack[]): StackTest[] {
  return testsOf(stacks).filter(({ test }) => test.mode !== "ping");
}

/** Lists the connections of a test that went through the sidecar. */
export function subjectsOf({ test }: Pick<StackTest, "test">): Measurement[] {
  return ofProbe(test.samples, "withSidecar");
}
