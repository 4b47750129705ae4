import assert from "node:assert/strict";
import { runSteps, StepError } from "../../../lab/base/steps.ts";
import type { Step, StepReport } from "../../../lab/base/steps.ts";

const silent: StepReport = {
  started: () => undefined,
  running: () => undefined,
  finished: () => undefined,
};

/** A step that notes when it starts and ends, and ends when it is told to. */
function controlled(title: string, events: string[], step: Partial<Step> = {}) {
  let finish = (): void => undefined;
  let fail: (reason: Error) => void = () => undefined;
  const end = new Promise<void>((resolve, reject) => {
    finish = () => {
      events.push(`${title} ends`);
      resolve();
    };
    fail = reject;
  });
  const made: Step = {
    title,
    typicalSeconds: 1,
    bound: "other",
    run: () => {
      events.push(`${title} starts`);
      return end;
    },
    ...step,
  };
  // Both are set by now: a promise's executor runs at once.
  return { step: made, finish, fail };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const log = (title: string): string => `/logs/${title}`;

describe("steps of the lab", () => {
  it("runs a step after the ones it needs, and what needs nothing beside them", async () => {
    const events: string[] = [];
    const first = controlled("first", events);
    const second = controlled("second", events, { needs: ["first"] });
    const other = controlled("other", events);
    const run = runSteps([second.step, first.step, other.step], log, silent);
    await settled();
    assert.deepEqual(events, ["first starts", "other starts"]);
    first.finish();
    await settled();
    assert.deepEqual(events.slice(2), ["first ends", "second starts"]);
    second.finish();
    other.finish();
    await run;
  });

  it("runs one step at a time of those that fill every core", async () => {
    const events: string[] = [];
    const one = controlled("one", events, { bound: "cpu" });
    const two = controlled("two", events, { bound: "cpu" });
    const run = runSteps([one.step, two.step], log, silent);
    await settled();
    assert.deepEqual(events, ["one starts"]);
    one.finish();
    await settled();
    assert.deepEqual(events, ["one starts", "one ends", "two starts"]);
    two.finish();
    await run;
  });

  it("skips what is done, and counts it as there for what needs it", async () => {
    const events: string[] = [];
    const built = controlled("built", events, { done: () => true });
    const next = controlled("next", events, { needs: ["built"] });
    next.finish();
    events.length = 0;
    await runSteps([built.step, next.step], log, silent);
    assert.deepEqual(events, ["next starts"]);
  });

  it("names the failed step and its log, lets running steps end and starts no other", async () => {
    const events: string[] = [];
    const bad = controlled("bad", events);
    const beside = controlled("beside", events);
    const after = controlled("after", events, { needs: ["beside"] });
    const run = runSteps([bad.step, beside.step, after.step], log, silent);
    bad.fail(new Error("no space left on device"));
    await settled();
    beside.finish();
    await assert.rejects(run, (error) => {
      assert.ok(error instanceof StepError);
      assert.equal(
        error.message,
        "bad failed: no space left on device\nIts whole output: /logs/bad",
      );
      return true;
    });
    assert.deepEqual(events, ["bad starts", "beside starts", "beside ends"]);
  });

  it("says so when steps need each other, instead of waiting for ever", async () => {
    const events: string[] = [];
    const a = controlled("a", events, { needs: ["b"] });
    const b = controlled("b", events, { needs: ["a"] });
    await assert.rejects(runSteps([a.step, b.step], log, silent), {
      message: "steps that need each other: a, b",
    });
  });

  it("reports what is started and finished, with how many are left", async () => {
    const told: string[] = [];
    const report: StepReport = {
      ...silent,
      started: (title, left) => told.push(`start ${title}, ${left} left`),
      finished: (title, _seconds, left) => told.push(`finish ${title}, ${left} left`),
    };
    const one = controlled("one", []);
    const two = controlled("two", [], { needs: ["one"] });
    one.finish();
    two.finish();
    await runSteps([one.step, two.step], log, report);
    assert.deepEqual(told, [
      "start one, 2 left",
      "finish one, 1 left",
      "start two, 1 left",
      "finish two, 0 left",
    ]);
  });
});
