import { DEFAULT_PATH, DEFAULT_REMEDY } from "../../../model/remedy.ts";
import { shortSpread } from "../../spread.ts";
import { subjectsOf } from "../reported.ts";
import type { StackTest } from "../reported.ts";

/** `timeout 12s`, or `timeout 12s, remedy destinationRule, path serviceEntry (stack-name)`; no name twice. */
export function describeSetting({ label, stack }: StackTest): string {
  const { path = DEFAULT_PATH, remedy = DEFAULT_REMEDY, timeout } = stack.record;
  return (
    `timeout ${timeout}` +
    (remedy === DEFAULT_REMEDY ? "" : `, remedy ${remedy}`) +
    (path === DEFAULT_PATH ? "" : `, path ${path}`) +
    (label === timeout ? "" : ` (${label})`)
  );
}

/** `after 12.001 s (FIN)`, `open >= 16.003 s`, or the same of several connections. */
export function describeHeld(test: StackTest): string {
  const subjects = subjectsOf(test);
  const one = subjects.length === 1 && subjects[0]?.end !== "open";
  return `${one ? "after " : ""}${shortSpread(subjects)}`;
}
