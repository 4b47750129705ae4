import assert from "node:assert/strict";
import { TestStack } from "./testStack.ts";
import type { Program } from "./testStack.ts";
import { linesOf, scratch } from "./workspace.ts";

describe("command:local:run", () => {
  const call = (args: Record<string, unknown>): Program => ({
    resources: [],
    invokes: [{ name: "result", token: "command:local:run", args }],
  });

  it("runs a command on every update and gives what it printed", async () => {
    const stack = await TestStack.create();
    const file = scratch();
    const program = call({ command: `echo ran >> ${file}; echo out; echo err >&2` });
    assert.equal((await stack.start("up", program).run).code, 0);
    const result = (await stack.stackOutputs()).result as Record<string, unknown>;
    assert.deepEqual([result.stdout, result.stderr], ["out", "err"]);
    assert.equal((await stack.start("up", program).run).code, 0);
    assert.deepEqual(linesOf(file), ["ran", "ran"]);
  });

  it("fails with the command's exit status and output", async () => {
    const stack = await TestStack.create();
    const run = await stack.start("up", call({ command: "printf 'w%s' hy >&2; exit 4" })).run;
    assert.notEqual(run.code, 0);
    assert.match(run.errors, /exit status 4/);
    assert.match(run.errors, /why/);
  });
});
