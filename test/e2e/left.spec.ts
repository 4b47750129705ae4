import assert from "node:assert/strict";
import { exec } from "../../lab/base/exec.ts";
import { environment } from "../../lab/commands/lab.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import {
  assertClosedByIdleTimeout,
  assertOpen,
  devStack,
  pulumiUp,
  record,
  sampleOf,
  testLab,
} from "./support.ts";

describe("a run that takes longer than up waits", () => {
  let stack: LabStack;

  before(async () => {
    stack = await devStack("e2e-left", { timeout: "20s", observe: "30s", wait: "8s" });
  });

  after(() => stack.remove());

  it("is left to itself with what is known until then", async () => {
    await pulumiUp(stack);
    const run = await record(stack);
    const connectedMs = Date.parse(sampleOf(run, "withoutSidecar").connectedAt);
    const lastsMs = Date.parse(run.runningUntil!) - connectedMs;
    assert.ok(lastsMs >= 30_000 && lastsMs < 35_000, `the window lasts ${lastsMs} ms`);
    for (const probe of ["withSidecar", "withoutSidecar"] as const) {
      assert.equal(sampleOf(run, probe).running, true);
      assertOpen(run, probe, 7);
      assert.ok(sampleOf(run, probe).heldMs < 20_000);
    }
    const { status, summary, disconnectSeconds } = await stack.outputs();
    assert.equal(status, "running");
    assert.match(summary as string, /^with sidecar: running, open for >= /m);
    assert.deepEqual(disconnectSeconds, { withSidecar: null, withoutSidecar: null });
  });

  it("is collected when it is over, without starting over", async () => {
    const { samples } = await record(stack);
    const output = await exec(
      "npm",
      ["run", "--silent", "collect", "--", stack.stack, "--", "--config-file", stack.file],
      { env: environment(testLab()), timeoutMs: 200_000 },
    );
    assert.match(output, /^with sidecar: closed after 20\.\d+ s \(FIN\), /m);
    const run = await record(stack);
    assert.equal(run.runningUntil, undefined);
    assertClosedByIdleTimeout(run, 20);
    assertOpen(run, "withoutSidecar", 30);
    assert.deepEqual(
      run.samples.map(({ connectedAt, notes }) => ({ connectedAt, notes })),
      samples.map(({ connectedAt }) => ({ connectedAt, notes: [] })),
    );
    assert.equal((await stack.outputs()).status, "finished");
  });

  it("is then left alone", async () => {
    await stack.run(["preview", "--expect-no-changes"]);
  });
});
