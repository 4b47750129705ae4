import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { secret, UNKNOWN } from "../../../../lab/plugins/shared/value.ts";
import type { PropertyMap } from "../../../../lab/plugins/shared/value.ts";
import { withCommand } from "./setup.ts";

describe("command plugin", () => {
  const setup = withCommand();

  it("has the version of the package it stands in for", async () => {
    assert.equal(await setup.plugin.version(), "1.2.1");
  });

  describe("diff", () => {
    it("finds none between equal inputs", async () => {
      const inputs = { create: "x", environment: { S: secret("a") }, triggers: [1] };
      const diff = await setup.plugin.diff(setup.urn, inputs, {
        ...inputs,
        environment: { S: "a" },
      });
      assert.deepEqual(diff, { changes: "none", details: {}, deleteBeforeReplace: false });
    });

    it("updates for a changed command and environment", async () => {
      const diff = await setup.plugin.diff(
        setup.urn,
        { create: "x", environment: { A: "1" } },
        { create: "y", environment: { A: "1", B: "2" } },
      );
      assert.deepEqual(diff.details, { create: "update", "environment.B": "add" });
    });

    it("leaves it to the engine to replace for changed triggers", async () => {
      const diff = await setup.plugin.diff(setup.urn, { triggers: [1, 2] }, { triggers: [1, 3] });
      assert.deepEqual(diff.details, { "triggers[1]": "update" });
      assert.equal(diff.deleteBeforeReplace, false);
    });
  });

  describe("create", () => {
    it("puts out what was printed, without the last line break", async () => {
      const inputs = { create: "printf 'a\\nb\\n\\n'; echo warned >&2" };
      const { id, outputs } = await setup.plugin.create(setup.urn, inputs);
      assert.match(id, /^test[0-9a-f]{8}$/);
      assert.deepEqual(outputs, { ...inputs, stdout: "a\nb\n", stderr: "warned" });
    });

    it("runs nothing in a preview, where the output is unknown", async () => {
      const inputs: PropertyMap = {
        create: `touch ${setup.folder}/ran`,
        environment: { A: UNKNOWN },
      };
      const { outputs } = await setup.plugin.create(setup.urn, inputs, { preview: true });
      assert.deepEqual(outputs, { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN });
      assert.throws(() => readFileSync(join(setup.folder, "ran")));
    });

    it("keeps secret inputs secret in the outputs", async () => {
      const { outputs } = await setup.plugin.create(setup.urn, {
        create: "true",
        environment: { A: secret("x") },
      });
      assert.deepEqual(outputs.environment, { A: secret("x") });
    });

    it("does nothing without a command", async () => {
      const { outputs } = await setup.plugin.create(setup.urn, { delete: "true" });
      assert.deepEqual(outputs, { delete: "true", stdout: "", stderr: "" });
    });
  });

  describe("update", () => {
    const old = { create: "echo $PULUMI_COMMAND_STDOUT-$PULUMI_COMMAND_STDERR" };
    const oldOutputs = { ...old, stdout: "before", stderr: "warned" };

    it("runs create again, with what it printed last in the environment", async () => {
      const outputs = await setup.plugin.update(setup.urn, "id", old, oldOutputs, {
        ...old,
        stdin: "x",
      });
      assert.deepEqual(outputs, { ...old, stdin: "x", stdout: "before-warned", stderr: "" });
    });

    it("leaves the environment alone if asked to", async () => {
      const news = { ...old, addPreviousOutputInEnv: false };
      assert.equal((await setup.plugin.update(setup.urn, "id", old, oldOutputs, news)).stdout, "-");
    });

    it("has unknown output in a preview", async () => {
      const news = { create: "touch /never" };
      const outputs = await setup.plugin.update(setup.urn, "id", old, oldOutputs, news, {
        preview: true,
      });
      assert.deepEqual(outputs, { ...news, stdout: UNKNOWN, stderr: UNKNOWN });
    });
  });

  describe("delete", () => {
    it("runs with what was printed and with the old environment", async () => {
      const inputs = {
        delete: `echo $PULUMI_COMMAND_STDOUT $A > ${setup.folder}/deleted`,
        environment: { A: secret("b") },
      };
      await setup.plugin.delete(setup.urn, "id", inputs, {
        ...inputs,
        stdout: secret("out"),
        stderr: "",
      });
      assert.equal(readFileSync(join(setup.folder, "deleted"), "utf8"), "out b\n");
    });

    it("fails as the command does, and does nothing without one", async () => {
      await assert.rejects(
        setup.plugin.delete(setup.urn, "id", {}, { delete: "exit 1", stdout: "" }),
        {
          message: 'exit status 1: running "exit 1":\n',
        },
      );
      await setup.plugin.delete(setup.urn, "id", {}, { create: "exit 1", stdout: "" });
    });
  });

  it("reads what it knows already", async () => {
    const inputs = { create: "date" };
    const outputs = { ...inputs, stdout: "then", stderr: "" };
    const read = await setup.plugin.read(setup.urn, "id", inputs, outputs);
    assert.deepEqual(read, { id: "id", inputs, outputs });
  });

  it("says what it doesn't offer", async () => {
    const remote = setup.plugin.urn("command:remote:Command", "x");
    await assert.rejects(setup.plugin.create(remote, {}), {
      message: "the lab's command plugin doesn't offer command:remote:Command",
    });
  });
});
