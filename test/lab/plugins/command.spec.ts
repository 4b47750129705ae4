import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secret, UNKNOWN } from "../../../lab/plugins/shared/value.ts";
import type { PropertyMap } from "../../../lab/plugins/shared/value.ts";
import type { CallError } from "./harness.ts";
import { Plugin } from "./harness.ts";
import { until } from "./until.ts";

describe("command plugin", () => {
  let plugin: Plugin;
  let urn: string;
  let folder: string;

  before(async () => {
    plugin = await Plugin.start("command", { FROM_ENGINE: "inherited" });
    await plugin.configure({});
    urn = plugin.urn("command:local:Command", "test");
  });

  after(() => plugin.stop());

  beforeEach(() => {
    plugin.logged.length = 0;
    folder = mkdtempSync(join(tmpdir(), "command-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const create = async (inputs: Parameters<Plugin["create"]>[1]): Promise<string> =>
    (await plugin.create(urn, inputs)).outputs.stdout as string;

  /** Waits for a line that the command writes when it is where the test wants it. */
  const untilLogged = (message: string): Promise<void> =>
    until(() => plugin.logged.some((line) => line.message === message), message);

  /** Dead but not yet waited for by whoever inherited it is not running. */
  const isRunning = (pid: number): boolean => {
    const stat = `/proc/${pid}/stat`;
    return existsSync(stat) && !readFileSync(stat, "utf8").includes(") Z ");
  };

  it("has the version of the package it stands in for", async () => {
    assert.equal(await plugin.version(), "1.2.1");
  });

  describe("check", () => {
    it("takes every input the resource has", async () => {
      const inputs = {
        create: "true",
        update: "true",
        delete: "true",
        triggers: [1, "x"],
        stdin: "in",
        logging: "none",
        interpreter: ["/bin/sh", "-c"],
        dir: "/",
        environment: { A: "b", S: secret("t") },
        addPreviousOutputInEnv: false,
      };
      const checked = await plugin.check(urn, inputs);
      assert.deepEqual(checked.failures, {});
      assert.equal((checked.inputs.environment as { A: string }).A, "b");
    });

    it("names what is wrong", async () => {
      const checked = await plugin.check(urn, {
        create: 1,
        logging: true,
        environment: { A: 5 },
        interpreter: "/bin/sh",
        assetPaths: ["*"],
        crate: "x",
      });
      const must = (field: string, type: string, got: string): string =>
        `Field '${field}' on 'local.CommandInputs' must be a '${type}'; got '${got}' instead`;
      assert.deepEqual(checked.failures, {
        create: must("create", "string", "float64"),
        logging: must("logging", "local.Logging", "bool"),
        "environment[A] value": must("environment[A] value", "string", "float64"),
        interpreter: must("interpreter", "[]string", "string"),
        assetPaths: "the lab's command plugin doesn't offer this property",
        crate: "Unrecognized field 'crate' on 'local.CommandInputs'",
      });
    });

    it("takes unknown values to be right", async () => {
      const checked = await plugin.check(urn, { create: UNKNOWN, environment: { A: UNKNOWN } });
      assert.deepEqual(checked.failures, {});
    });
  });

  describe("diff", () => {
    it("finds none between equal inputs", async () => {
      const inputs = { create: "x", environment: { S: secret("a") }, triggers: [1] };
      const diff = await plugin.diff(urn, inputs, { ...inputs, environment: { S: "a" } });
      assert.deepEqual(diff, { changes: "none", details: {}, deleteBeforeReplace: false });
    });

    it("updates for a changed command and environment", async () => {
      const diff = await plugin.diff(
        urn,
        { create: "x", environment: { A: "1" } },
        { create: "y", environment: { A: "1", B: "2" } },
      );
      assert.deepEqual(diff.details, { create: "update", "environment.B": "add" });
    });

    it("leaves it to the engine to replace for changed triggers", async () => {
      const diff = await plugin.diff(urn, { triggers: [1, 2] }, { triggers: [1, 3] });
      assert.deepEqual(diff.details, { "triggers[1]": "update" });
      assert.equal(diff.deleteBeforeReplace, false);
    });
  });

  describe("create", () => {
    it("puts out what was printed, without the last line break", async () => {
      const inputs = { create: "printf 'a\\nb\\n\\n'; echo warned >&2" };
      const { id, outputs } = await plugin.create(urn, inputs);
      assert.match(id, /^test[0-9a-f]{8}$/);
      assert.deepEqual(outputs, { ...inputs, stdout: "a\nb\n", stderr: "warned" });
    });

    it("runs with interpreter, directory, environment and input", async () => {
      assert.equal(
        await create({
          create: "process.stdin.on('data', (d) => console.log(process.cwd(), String(d)))",
          interpreter: ["node", "-e"],
          dir: folder,
          stdin: "hello",
        }),
        `${folder} hello`,
      );
      assert.equal(
        await create({ create: "echo $FROM_ENGINE $ADDED", environment: { ADDED: secret("new") } }),
        "inherited new",
      );
    });

    it("runs nothing in a preview, where the output is unknown", async () => {
      const inputs: PropertyMap = { create: `touch ${folder}/ran`, environment: { A: UNKNOWN } };
      const { outputs } = await plugin.create(urn, inputs, { preview: true });
      assert.deepEqual(outputs, { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN });
      assert.throws(() => readFileSync(join(folder, "ran")));
    });

    it("keeps secret inputs secret in the outputs", async () => {
      const { outputs } = await plugin.create(urn, {
        create: "true",
        environment: { A: secret("x") },
      });
      assert.deepEqual(outputs.environment, { A: secret("x") });
    });

    it("does nothing without a command", async () => {
      const { outputs } = await plugin.create(urn, { delete: "true" });
      assert.deepEqual(outputs, { delete: "true", stdout: "", stderr: "" });
    });

    it("carries a line of a megabyte", async () => {
      const stdout = await create({ create: "head -c 1000000 /dev/zero | tr '\\0' x" });
      assert.equal(stdout.length, 1_000_000);
    });

    it("fails with status, command and everything printed", async () => {
      const command = 'echo "out"; echo err >&2; exit 3';
      await assert.rejects(plugin.create(urn, { create: command }), (error: CallError) => {
        assert.equal(
          error.message,
          `exit status 3: running ${JSON.stringify(command)}:\nout\nerr\n`,
        );
        assert.equal(error.partial, undefined);
        return true;
      });
    });

    it("says which directory or program is missing", async () => {
      await assert.rejects(plugin.create(urn, { create: "true", dir: "/no/where" }), {
        message: 'chdir /no/where: no such file or directory: running "true":\n',
      });
      await assert.rejects(plugin.create(urn, { create: "true", interpreter: ["nonesuch"] }), {
        message: 'exec: "nonesuch": executable file not found in $PATH: running "true":\n',
      });
      await assert.rejects(plugin.create(urn, { create: "true", interpreter: ["/none/such"] }), {
        message: 'fork/exec /none/such: no such file or directory: running "true":\n',
      });
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
        await plugin.create(urn, { create: command, ...(logging && { logging }) });
        assert.deepEqual(
          plugin.logged,
          expected.map((message) => ({ message, urn, ephemeral: true })),
        );
      });
    }

    it("shows lines while the command runs, and a last one without a line break", async () => {
      const done = plugin.create(urn, {
        create: `echo first; while [ ! -e ${folder}/go ]; do :; done; printf last`,
      });
      await untilLogged("first");
      await plugin.create(urn, { create: `touch ${folder}/go`, logging: "none" });
      await done;
      assert.deepEqual(
        plugin.logged.map(({ message }) => message),
        ["first", "last"],
      );
    });
  });

  describe("update", () => {
    const old = { create: "echo $PULUMI_COMMAND_STDOUT-$PULUMI_COMMAND_STDERR" };
    const oldOutputs = { ...old, stdout: "before", stderr: "warned" };

    it("runs create again, with what it printed last in the environment", async () => {
      const outputs = await plugin.update(urn, "id", old, oldOutputs, { ...old, dir: "/" });
      assert.deepEqual(outputs, { ...old, dir: "/", stdout: "before-warned", stderr: "" });
    });

    it("runs update where there is one", async () => {
      const news = { ...old, update: "echo updated" };
      const outputs = await plugin.update(urn, "id", old, oldOutputs, news);
      assert.equal(outputs.stdout, "updated");
    });

    it("leaves the environment alone if asked to", async () => {
      const news = { ...old, addPreviousOutputInEnv: false };
      assert.equal((await plugin.update(urn, "id", old, oldOutputs, news)).stdout, "-");
    });

    it("has unknown output in a preview", async () => {
      const news = { create: "touch /never" };
      const outputs = await plugin.update(urn, "id", old, oldOutputs, news, { preview: true });
      assert.deepEqual(outputs, { ...news, stdout: UNKNOWN, stderr: UNKNOWN });
    });
  });

  describe("delete", () => {
    it("runs with what was printed and with the old environment", async () => {
      const inputs = {
        delete: `echo $PULUMI_COMMAND_STDOUT $A > ${folder}/deleted`,
        environment: { A: secret("b") },
      };
      await plugin.delete(urn, "id", inputs, { ...inputs, stdout: secret("out"), stderr: "" });
      assert.equal(readFileSync(join(folder, "deleted"), "utf8"), "out b\n");
    });

    it("fails as the command does, and does nothing without one", async () => {
      await assert.rejects(plugin.delete(urn, "id", {}, { delete: "exit 1", stdout: "" }), {
        message: 'exit status 1: running "exit 1":\n',
      });
      await plugin.delete(urn, "id", {}, { create: "exit 1", stdout: "" });
    });
  });

  it("reads what it knows already", async () => {
    const inputs = { create: "date" };
    const outputs = { ...inputs, stdout: "then", stderr: "" };
    assert.deepEqual(await plugin.read(urn, "id", inputs, outputs), { id: "id", inputs, outputs });
  });

  describe("a command that doesn't end", () => {
    // A grandchild that ignores its parent's death, as servers started by scripts do.
    const command = `sleep 300 & echo $! > PIDFILE; echo started; wait`;
    let shared: Plugin;

    beforeEach(async () => {
      shared = plugin;
      plugin = await Plugin.start("command");
    });

    afterEach(async () => {
      await plugin.stop();
      plugin = shared;
    });

    it("is ended with everything it started when its time is over", async () => {
      const file = join(folder, "pid");
      await assert.rejects(
        plugin.create(urn, { create: command.replace("PIDFILE", file) }, { timeoutSeconds: 0.2 }),
        /^Error: timed out after 0\.2s: signal: killed: running "sleep 300/,
      );
      assert.equal(isRunning(Number(readFileSync(file, "utf8"))), false);
    });

    it("is not ended early by a time too long for a timer", async () => {
      const { outputs } = await plugin.create(
        urn,
        { create: "echo done" },
        { timeoutSeconds: 1e7 },
      );
      assert.equal(outputs.stdout, "done");
    });

    it("is ended with everything it started on cancel", async () => {
      const file = join(folder, "pid");
      const running = plugin.create(urn, { create: command.replace("PIDFILE", file) });
      await Promise.all([
        assert.rejects(running, /^Error: cancelled: signal: killed: running "sleep 300/),
        untilLogged("started").then(() => plugin.cancel()),
      ]);
      assert.equal(isRunning(Number(readFileSync(file, "utf8"))), false);
    });

    it("is ended with everything it started when the engine is gone", async () => {
      const file = join(folder, "pid");
      const running = plugin.create(urn, { create: command.replace("PIDFILE", file) });
      running.catch(() => undefined);
      await untilLogged("started");
      await plugin.loseEngine();
      assert.equal(isRunning(Number(readFileSync(file, "utf8"))), false);
    });

    it("is ended with everything it started when the plugin is", async () => {
      const file = join(folder, "pid");
      const running = plugin.create(urn, { create: command.replace("PIDFILE", file) });
      running.catch(() => undefined);
      await untilLogged("started");
      const pid = Number(readFileSync(file, "utf8"));
      await plugin.stop();
      assert.equal(isRunning(pid), false);
    });
  });

  describe("run", () => {
    it("runs on every call", async () => {
      const result = await plugin.invoke("command:local:run", {
        command: "echo $A",
        environment: { A: "1" },
      });
      assert.deepEqual(result, {
        command: "echo $A",
        environment: { A: "1" },
        stdout: "1",
        stderr: "",
      });
    });

    it("fails as the command does", async () => {
      await assert.rejects(plugin.invoke("command:local:run", { command: "exit 4" }), {
        message: 'exit status 4: running "exit 4":\n',
      });
    });

    it("isn't run with wrong arguments", async () => {
      await assert.rejects(plugin.invoke("command:local:run", {}), {
        message: "command: Missing required field 'command' on 'local.RunInputs'",
      });
      await assert.rejects(plugin.invoke("command:local:run", { command: "true", dir: 5 }), {
        message: "dir: Field 'dir' on 'local.RunInputs' must be a 'string'; got 'float64' instead",
      });
    });
  });

  it("says what it doesn't offer", async () => {
    const remote = plugin.urn("command:remote:Command", "x");
    await assert.rejects(plugin.create(remote, {}), {
      message: "the lab's command plugin doesn't offer command:remote:Command",
    });
  });
});
