import { testDeviation } from "../comparison.ts";
import type { Comparison, TestComparison, UnreadableStack } from "../comparison.ts";
import { markupText } from "../safeText.ts";

type Outcome = "failure" | "error" | "skipped" | "passed";

interface Case {
  stack: string;
  test: string;
  /** Wall time that the test's connections were watched, in seconds. */
  seconds: number;
  outcome: Outcome;
  /** Why it did not pass; empty where it did. */
  message: string;
}

/**
 * Writes stacks as JUnit XML, which CI systems show: a test case for each test of each stack. One that differs from
 * what its configuration lets expect fails, one that is still being measured is skipped, and a stack that can't be read
 * is an error.
 *
 * @param toleranceMs of wall time, by which a close may be off.
 */
export function junitXml(
  stacks: readonly (Comparison | UnreadableStack)[],
  toleranceMs: number,
): string {
  const cases = stacks.flatMap((stack) => casesOf(stack, toleranceMs));
  const count = (wanted: Outcome): number =>
    cases.filter(({ outcome }) => outcome === wanted).length;
  const counts =
    `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" ` +
    `skipped="${count("skipped")}"`;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites>`,
    `  <testsuite name="istio-idle-timeout" ${counts}>`,
    ...cases.map((each) => `    ${caseElement(each)}`),
    `  </testsuite>`,
    `</testsuites>`,
    ``,
  ].join("\n");
}

function casesOf(result: Comparison | UnreadableStack, toleranceMs: number): Case[] {
  if ("problem" in result) {
    const { stack, problem } = result;
    return [{ stack, test: "record", seconds: 0, outcome: "error", message: problem }];
  }
  const { record, stack, tests } = result;
  return tests.map((test): Case => {
    const known = { stack, test: test.name, seconds: secondsWatched(test) };
    if (record.runningUntil !== undefined) {
      return { ...known, outcome: "skipped", message: "it is still being measured" };
    }
    const message = testDeviation(record, test, toleranceMs) ?? "";
    return { ...known, outcome: message === "" ? "passed" : "failure", message };
  });
}

function secondsWatched({ samples }: TestComparison): number {
  return Math.max(0, ...samples.map(({ heldMs }) => Math.round(heldMs))) / 1000;
}

function caseElement({ message, outcome, seconds, stack, test }: Case): string {
  const start =
    `<testcase classname="${markupText(stack)}" name="${markupText(test)}" ` +
    `time="${seconds.toFixed(3)}"`;
  return outcome === "passed"
    ? `${start}/>`
    : `${start}><${outcome} message="${markupText(message)}"/></testcase>`;
}
