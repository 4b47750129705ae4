import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { eventually } from "../../../lab/base/wait.ts";
import { command } from "./resources.ts";
import { INTERRUPT_LIMIT_MS, START_LIMIT_MS, TestStack, UNKNOWN } from "./testStack.ts";
import type { Declared } from "./testStack.ts";
import { linesOf, scratch } from "./workspace.ts";

/** Says who it is, then waits until it is killed. */
function sleeping(file: string): string {
  return `echo $$ > ${file}; exec sleep 600 >/dev/null 2>&1`;
}

function isAlive(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

/** Says in a file when it is created and deleted. */
function noting(file: string, run: number, options: Declared["options"] = {}): Declared {
  return command(
    {
      create: `echo create ${run} >> ${file}`,
      delete: `echo delete ${run} >> ${file}`,
      triggers: [run],
    },
    // The first is what the SDK's package adds for each Command.
    { replaceOnChanges: ["triggers[*]"], ...options },
  );
}

describe("command:local:Command", () => {
  it("runs create once and keeps what it printed, without the final line break", async () => {
    const stack = await TestStack.create();
    const file = scratch();
    const resource = command({ create: `echo ran >> ${file}; echo out; echo err >&2` });
    assert.deepEqual((await stack.up(resource)).steps, ["create command"]);
    const { outputs } = stack.state().command!;
    assert.deepEqual([outputs.stdout, outputs.stderr], ["out", "err"]);
    assert.deepEqual((await stack.up(resource)).steps, []);
    assert.deepEqual((await stack.refresh()).steps, []);
    assert.deepEqual(linesOf(file), ["ran"]);
  });

  it("runs with environment and stdin", async () => {
    const stack = await TestStack.create();
    await stack.up(
      command({
        create: "echo $GREETING; cat",
        environment: { GREETING: "hello" },
        stdin: "given\n",
      }),
    );
    assert.equal(stack.state().command!.outputs.stdout, "hello\ngiven");
  });

  it("runs create again, with the previous output in the environment", async () => {
    const stack = await TestStack.create();
    const print = "echo [$PULUMI_COMMAND_STDOUT]";
    await stack.up(command({ create: "echo first" }));
    const { steps, changes } = await stack.up(command({ create: print }));
    assert.deepEqual(steps, ["update command"]);
    assert.deepEqual(changes.command, { create: "update" });
    assert.equal(stack.state().command!.outputs.stdout, "[first]");
    await stack.up(command({ create: print, addPreviousOutputInEnv: false }));
    assert.equal(stack.state().command!.outputs.stdout, "[]");
  });

  it("is replaced for triggers, by default the new one first", async () => {
    const stack = await TestStack.create();
    const file = scratch();
    await stack.up(noting(file, 1));
    assert.deepEqual((await stack.up(noting(file, 2))).steps, [
      "create-replacement command",
      "replace command",
      "delete-replaced command",
    ]);
    assert.deepEqual(linesOf(file), ["create 1", "create 2", "delete 1"]);
  });

  it("is replaced for triggers, the old one first with deleteBeforeReplace", async () => {
    const stack = await TestStack.create();
    const file = scratch();
    await stack.up(noting(file, 1, { deleteBeforeReplace: true }));
    assert.deepEqual((await stack.up(noting(file, 2, { deleteBeforeReplace: true }))).steps, [
      "delete-replaced command",
      "replace command",
      "create-replacement command",
    ]);
    assert.deepEqual(linesOf(file), ["create 1", "delete 1", "create 2"]);
  });

  it("runs delete with its last output when it is destroyed", async () => {
    const stack = await TestStack.create();
    const file = scratch();
    await stack.up(
      command({ create: "echo kept", delete: `echo deleted $PULUMI_COMMAND_STDOUT > ${file}` }),
    );
    assert.deepEqual((await stack.destroy()).steps, ["delete command"]);
    assert.deepEqual(linesOf(file), ["deleted kept"]);
  });

  it("fails with exit status and all that was printed, and leaves no resource", async () => {
    const stack = await TestStack.create();
    const run = await stack.upFailing(command({ create: "echo before; echo why >&2; exit 3" }));
    assert.match(run.errors, /exit status 3/);
    assert.match(run.errors, /before\nwhy|why\nbefore/);
    assert.deepEqual(stack.state(), {});
  });

  it("whose update or delete fails stays as it was", async () => {
    const stack = await TestStack.create();
    await stack.up(command({ create: "echo first", delete: "exit 5" }));
    const { errors } = await stack.upFailing(command({ create: "exit 4", delete: "exit 5" }));
    assert.match(errors, /exit status 4/);
    assert.equal(stack.state().command!.inputs.create, "echo first");
    assert.equal(stack.state().command!.outputs.stdout, "first");
    assert.match((await stack.destroyFailing()).errors, /exit status 5/);
    assert.equal(stack.state().command!.outputs.stdout, "first");
  });

  it("doesn't run in a preview, where its output is unknown", async () => {
    const stack = await TestStack.create();
    const file = scratch();
    const { outputs, steps } = await stack.preview(
      command({ create: `touch ${file}` }),
      command({ create: { $ref: ["command", "stdout"] } }, {}, "dependent"),
    );
    assert.deepEqual(steps, ["create command", "create dependent"]);
    assert.equal(outputs.command!.stdout, UNKNOWN);
    assert.equal(outputs.dependent!.create, UNKNOWN);
    assert.equal(existsSync(file), false);
  });

  it("isn't run again where changes are ignored", async () => {
    const stack = await TestStack.create();
    const ignoring = { ignoreChanges: ["*"] };
    await stack.up(command({ create: "echo one" }, ignoring));
    assert.deepEqual((await stack.up(command({ create: "echo two" }, ignoring))).steps, []);
    assert.equal(stack.state().command!.outputs.stdout, "one");
  });

  it("is killed after customTimeouts", async () => {
    const stack = await TestStack.create();
    const file = scratch();
    const resource = command({ create: sleeping(file) }, { customTimeouts: { create: "2s" } });
    const run = await stack.upFailing(resource);
    assert.match(run.errors, /killed|timed out|deadline/);
    assert.ok(run.tookMs < 60_000, `took ${run.tookMs} ms`);
    assert.equal(isAlive(linesOf(file)[0]!), false);
    assert.deepEqual(stack.state(), {});
  });

  it("is killed by an interrupt, and the next update works", async () => {
    const stack = await TestStack.create();
    const file = scratch();
    const { run, interrupt } = stack.start("up", {
      resources: [command({ create: sleeping(file) })],
    });
    await eventually("the command runs", () => linesOf(file).length > 0, START_LIMIT_MS);
    interrupt();
    const { code, sinceInterruptMs } = await run;
    assert.notEqual(code, 0);
    assert.ok(sinceInterruptMs < INTERRUPT_LIMIT_MS, `stopped after ${sinceInterruptMs} ms`);
    assert.equal(isAlive(linesOf(file)[0]!), false);
    assert.deepEqual((await stack.up(command({ create: "true" }))).steps, ["create command"]);
  });
});
