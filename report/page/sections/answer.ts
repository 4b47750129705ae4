import { isDead } from "../../text.ts";
import { runVerdict } from "../../verdict.ts";
import { findOutlived } from "../measured.ts";
import type { Outlived } from "../measured.ts";
import { idleTestsOf, subjectsOf, testsOf } from "../reported.ts";
import type { Reported, ReportedStack, StackTest } from "../reported.ts";
import { describeHeld, describeSetting } from "./setting.ts";

/** Most stacks that a sentence names; a table has all of them. */
const MOST_NAMED = 4;

/** Answers whether the sidecar cuts idle connections here, and at what time, as far as the verdicts carry it. */
export function answerOf({ stacks }: Reported): string {
  const tests = idleTestsOf(stacks);
  const closed = tests.filter(({ test }) => test.verdict.cause === "idleTimeout");
  if (closed.length > 0) {
    const times = named(closed, (each) => `${describeHeld(each)} with ${describeSetting(each)}`);
    return `Yes, the sidecar's idle timeout closes connections here: ${times}.`;
  }
  const [running] = stacks.filter(({ record }) => record.runningUntil !== undefined);
  if (running !== undefined) {
    return "Not known yet: no connection was closed by the sidecar's idle timeout so far, and the measurement goes on.";
  }
  if (tests.length > 0 && tests.every(isOpen)) {
    const times = named(tests, (each) => `${describeHeld(each)} with ${describeSetting(each)}`);
    return `Not seen: every connection through the sidecar was open when its window ended, ${times}, which says nothing about later.`;
  }
  return "Not shown: the measurements do not say that the sidecar's idle timeout closes connections here.";
}

/** Whether all connections of a test through the sidecar were open at the end, not only the one of the verdict. */
function isOpen(each: StackTest): boolean {
  const all = subjectsOf(each).every((sample) => sample.end === "open" && !isDead(sample));
  return each.test.verdict.cause === "stillOpen" && all;
}

/** Says what helped, and what there is on each stack in a sentence of its verdict. */
export function leadOf({ stacks, unreadable, redacted }: Reported): string[] {
  return [
    whatHelps(stacks),
    ...stacks.flatMap(verdictLines),
    ...unreadable.map(({ stack, problem }) => `${stack} can't be read: ${problem}`),
    ...(redacted ? ["Hosts, addresses and names are replaced on this page."] : []),
  ];
}

/** In one sentence. */
function whatHelps(stacks: readonly ReportedStack[]): string {
  const found = findOutlived(stacks);
  const open = found.filter((each) => each.open);
  if (found.length === 0) {
    return "What helps: no stack of this report held idle connections longer than another one that lost them.";
  }
  const best = open.length > 0 ? open : found;
  return `What helps, as measured: ${named(best, describeOutlived)}.`;
}

/** `timeout 24h (b): open >= 16.003 s, where timeout 12s (a) lost them after 12.001 s (FIN)`. */
export function describeOutlived({ better, worse, open }: Outlived): string {
  const how = `${open ? "" : "closed only "}${describeHeld(better)}`;
  return `${describeSetting(better)}: ${how}, where ${describeSetting(worse)} lost them ${describeHeld(worse)}`;
}

function verdictLines(stack: ReportedStack): string[] {
  const tests = testsOf([stack]);
  return tests.length === 0
    ? [`${stack.stack}: ${runVerdict(stack.record).sentence}`]
    : tests.map(({ label, test }) => `${label}: ${test.verdict.sentence}`);
}

function named<T>(all: readonly T[], describe: (each: T) => string): string {
  const more = all.length - MOST_NAMED;
  return [
    ...all.slice(0, MOST_NAMED).map(describe),
    ...(more > 0 ? [`and in ${more} more, see below`] : []),
  ].join("; ");
}
