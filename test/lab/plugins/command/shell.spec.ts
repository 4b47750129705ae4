import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../../../lab/base/wait.ts";
import { secret } from "../../../../lab/plugins/shared/value.ts";
import type { CallError } from "../harness.ts";
import { Plugin } from "../harness.ts";
import { withCommand } from "./setup.ts";

describe("a command's run", () => {
  const setup = withCommand();

  /** Waits for a line that the command writes when it is where the case wants it. */
  const untilLogged = (message: string): Promise<void> =>
    eventually(`the command says "${message}"`, () =>
      setup.plugin.logged.some((line) => line.message === message),
    );

  /** Dead but not yet waited for by whoever inherited it is not running. */
  const isRunning = (pid: number): boolean => {
    const stat = `/proc/${pid}/stat`;
    return existsSync(stat) && !readFileSync(stat, "utf8").includes(") Z ");
  };

  it("runs with environment and input", async () => {
    const inputs = {
      create: "cat; echo $FROM_ENGINE $ADDED",
      environment: { ADDED: secret("new") },
      stdin: "hello ",
    };
    const { outputs } = await setup.plugin.create(setup.urn, inputs);
    assert.equal(outputs.stdout, "hello inherited new");
  });

  it("carries a line of a megabyte", async () => {
    const inputs = { create: "head -c 1000000 /dev/zero | tr '\\0' x" };
    const { outputs } = await setup.plugin.create(setup.urn, inputs);
    assert.equal((outputs.stdout as string).length, 1_000_000);
  });

  it("fails with status, command and everything printed", async () => {
    const command = 'echo "out"; echo err >&2; exit 3';
    await assert.rejects(
      setup.plugin.create(setup.urn, { create: command }),
      (error: CallError) => {
        assert.equal(
          error.message,
          `exit status 3: running ${JSON.stringify(command)}:\nout\nerr\n`,
        );
        assert.equal(error.partial, undefined);
        return true;
      },
    );
  });

  it("says that its environment is too large for the system", async () => {
    const environment = { LARGE: "x".repeat(200_000) };
    await assert.rejects(setup.plugin.create(setup.urn, { create: "true", environment }), {
      message: 'fork/exec /bin/sh: argument list too long: running "true":\n',
    });
  });

  describe("logging", () => {
    const command = "echo to-stdout; sleep 0.05; echo to-stderr >&2";

    for (const [logging, expected] of [
      [undefined, ["to-stdout", "to-stderr"]],
      ["stdoutAndStderr", ["to-stdout", "to-stderr"]],
      ["stdout", ["to-stdout"]],
      ["stderr", ["to-stderr"]],
      ["none", []],
    ] as const) {
      it(`shows ${expected.join(" and ") || "nothing"} with ${logging ?? "no setting"}`, async () => {
        await setup.plugin.create(setup.urn, { create: command, ...(logging && { logging }) });
        assert.deepEqual(
          setup.plugin.logged,
          expected.map((message) => ({ message, urn: setup.urn, ephemeral: true })),
        );
      });
    }

    it("shows lines while the command runs, and a last one without a line break", async () => {
      const done = setup.plugin.create(setup.urn, {
        create: `echo first; while [ ! -e ${setup.folder}/go ]; do :; done; printf last`,
      });
      await untilLogged("first");
      await setup.plugin.create(setup.urn, { create: `touch ${setup.folder}/go`, logging: "none" });
      await done;
      assert.deepEqual(
        setup.plugin.logged.map(({ message }) => message),
        ["first", "last"],
      );
    });
  });

  describe("a command that doesn't end", () => {
    // A grandchild that ignores its parent's death, as servers started by scripts do.
    const command = `sleep 300 & echo $! > PIDFILE; echo started; wait`;
    let shared: Plugin;

    beforeEach(async () => {
      shared = setup.plugin;
      setup.plugin = await Plugin.start("command");
    });

    afterEach(async () => {
      await setup.plugin.stop();
      setup.plugin = shared;
    });

    it("is ended with everything it started when its time is over", async () => {
      const file = join(setup.folder, "pid");
      await assert.rejects(
        setup.plugin.create(
          setup.urn,
          { create: command.replace("PIDFILE", file) },
          { timeoutSeconds: 0.2 },
        ),
        /^Error: timed out after 0\.2s: signal: killed: running "sleep 300/,
      );
      assert.equal(isRunning(Number(readFileSync(file, "utf8"))), false);
    });

    it("is not ended early by a time too long for a timer", async () => {
      const { outputs } = await setup.plugin.create(
        setup.urn,
        { create: "echo done" },
        { timeoutSeconds: 1e7 },
      );
      assert.equal(outputs.stdout, "done");
    });

    it("is ended with everything it started on cancel", async () => {
      const file = join(setup.folder, "pid");
      const running = setup.plugin.create(setup.urn, { create: command.replace("PIDFILE", file) });
      await Promise.all([
        assert.rejects(running, /^Error: cancelled: signal: killed: running "sleep 300/),
        untilLogged("started").then(() => setup.plugin.cancel()),
      ]);
      assert.equal(isRunning(Number(readFileSync(file, "utf8"))), false);
    });

    it("is ended with everything it started when the engine is gone", async () => {
      const file = join(setup.folder, "pid");
      const running = setup.plugin.create(setup.urn, { create: command.replace("PIDFILE", file) });
      running.catch(() => undefined);
      await untilLogged("started");
      await setup.plugin.loseEngine();
      assert.equal(isRunning(Number(readFileSync(file, "utf8"))), false);
    });

    it("is ended with everything it started when the plugin is", async () => {
      const file = join(setup.folder, "pid");
      const running = setup.plugin.create(setup.urn, { create: command.replace("PIDFILE", file) });
      running.catch(() => undefined);
      await untilLogged("started");
      const pid = Number(readFileSync(file, "utf8"));
      await setup.plugin.stop();
      assert.equal(isRunning(pid), false);
    });
  });
});
