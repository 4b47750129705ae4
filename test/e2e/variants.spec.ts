import assert from "node:assert/strict";
import { disconnectSeconds } from "../../report/summary.ts";
import { LabStack } from "../../lab/use/stack.ts";
import { assertClosedByIdleTimeout, assertOpen, pulumiUp, record, testLab } from "./support.ts";

/** Longer than 30s needs, so that what stays open has outlived both. */
const OBSERVE_SECONDS = 34;

describe("stacks side by side", () => {
  const stacks = new Map<string, LabStack>();
  const stack = (name: string): LabStack => stacks.get(name)!;

  before(async function () {
    this.timeout(300_000);
    for (const name of ["10s", "30s", "default", "remove", "off"]) {
      const config = { observe: `${OBSERVE_SECONDS}s` };
      stacks.set(name, await LabStack.prepare(testLab(), name, name, config));
    }
    await Promise.all([...stacks.values()].map((each) => pulumiUp(each)));
  });

  after(async function () {
    this.timeout(120_000);
    await Promise.all([...stacks.values()].map((made) => made.remove()));
  });

  for (const [name, seconds] of [
    ["10s", 10],
    ["30s", 30],
  ] as const) {
    it(`${name} closes at ${seconds} s`, async () => {
      const run = await record(stack(name));
      assertClosedByIdleTimeout(run, seconds);
      assertOpen(run, "withoutSidecar", OBSERVE_SECONDS);
    });
  }

  for (const [name, idleTimeoutMs, source] of [
    ["default", 3_600_000, "envoy-default"],
    ["remove", 3_600_000, "envoy-default"],
    ["off", 0, "configured"],
  ] as const) {
    it(`${name} leaves the connection open`, async () => {
      const run = await record(stack(name));
      assert.equal(run.effective.idleTimeoutMs, idleTimeoutMs);
      assert.equal(run.effective.source, source);
      assertOpen(run, "withSidecar", OBSERVE_SECONDS);
      assertOpen(run, "withoutSidecar", OBSERVE_SECONDS);
      assert.deepEqual(disconnectSeconds(run), { withSidecar: null, withoutSidecar: null });
    });
  }
});
