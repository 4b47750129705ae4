import assert from "node:assert/strict";
import { Arrivals } from "../../../cli/watch/arrivals.ts";
import type { DebugLine } from "../../../cli/watch/debugLine.ts";

const START_MS = Date.parse("2026-11-25T10:00:00Z");

describe("the address that a connection asked for", () => {
  const arrived = (address: string, afterMs = 0, thread = "21"): DebugLine => ({
    at: new Date(START_MS + afterMs).toISOString(),
    thread,
    text: `original_dst: set destination to ${address}`,
  });
  const began = (afterMs = 0, thread = "21"): DebugLine => ({
    at: new Date(START_MS + afterMs).toISOString(),
    ...{ thread, connection: "7", text: "new tcp proxy session" },
  });
  const other: DebugLine = { at: "", thread: "21", connection: "3", text: "onData: ..." };
  const last = (...lines: DebugLine[]): string | undefined => {
    const arrivals = new Arrivals("10.0.0.9");
    return lines.map((line) => arrivals.take(line)).at(-1);
  };
  const [a, b] = ["10.0.0.1:6379", "[fd00::2]:3306"];

  for (const [title, expected, ...lines] of [
    ["is that of the line before", a, arrived(a), began()],
    ["may be one of IPv6", b, arrived(b), began()],
    ["is not known without such a line", undefined, began()],
    ["is taken once", undefined, arrived(a), began(), began()],
    ["is not that of another thread", undefined, arrived(a, 0, "22"), began()],
    ["is told from another thread's", a, arrived(a), arrived(b, 0, "22"), began()],
    ["is not known where two are possible", undefined, arrived(b), arrived(a), began()],
    ["is known where two are the same", a, arrived(a), arrived(a), began()],
    ["is known long after another one", a, arrived(b), arrived(a, 10_001), began(10_001)],
    ["is not known where another line came between", undefined, arrived(a), other, began()],
    ["is not hidden by connections to the pod", a, arrived("10.0.0.9:80"), arrived(a), began()],
    ["is not told of connections to the pod", undefined, arrived("10.0.0.9:80"), began()],
  ] as [string, string | undefined, ...DebugLine[]][]) {
    it(title, () => {
      assert.equal(last(...lines), expected);
    });
  }
});
