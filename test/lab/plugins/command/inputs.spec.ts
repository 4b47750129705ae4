import assert from "node:assert/strict";
import { secret, UNKNOWN } from "../../../../lab/plugins/shared/value.ts";
import { withCommand } from "./setup.ts";

describe("inputs of a command", () => {
  const setup = withCommand();

  it("takes every input the resource has", async () => {
    const inputs = {
      create: "true",
      delete: "true",
      triggers: [1, "x"],
      stdin: "in",
      logging: "none",
      environment: { A: "b", S: secret("t") },
      addPreviousOutputInEnv: false,
    };
    const checked = await setup.plugin.check(setup.urn, inputs);
    assert.deepEqual(checked.failures, {});
    assert.equal((checked.inputs.environment as { A: string }).A, "b");
  });

  it("names what is wrong", async () => {
    const checked = await setup.plugin.check(setup.urn, {
      create: 1,
      delete: null,
      logging: true,
      environment: { A: 5, B: null },
      triggers: "x",
      crate: "x",
    });
    const must = (field: string, type: string, got: string): string =>
      `Field '${field}' on 'local.CommandInputs' must be a '${type}'; got '${got}' instead`;
    assert.deepEqual(checked.failures, {
      create: must("create", "string", "float64"),
      delete: must("delete", "string", "nil"),
      logging: must("logging", "local.Logging", "bool"),
      "environment[A] value": must("environment[A] value", "string", "float64"),
      "environment[B] value": must("environment[B] value", "string", "nil"),
      triggers: must("triggers", "[]interface {}", "string"),
      crate: "Unrecognized field 'crate' on 'local.CommandInputs'",
    });
  });

  it("refuses what the plugin would have to ignore", async () => {
    const checked = await setup.plugin.check(setup.urn, {
      assetPaths: ["*"],
      dir: "/",
      interpreter: ["node", "-e"],
      logging: "stdoutt",
      update: "true",
    });
    assert.deepEqual(checked.failures, {
      assetPaths: "the lab's command plugin doesn't offer 'assetPaths'",
      dir: "the lab's command plugin doesn't offer 'dir'",
      interpreter: "the lab's command plugin doesn't offer 'interpreter'",
      logging:
        "Field 'logging' on 'local.CommandInputs' must be one of stdout, stderr, stdoutAndStderr, none",
      update: "the lab's command plugin doesn't offer 'update'",
    });
  });

  it("takes unknown values to be right", async () => {
    const checked = await setup.plugin.check(setup.urn, {
      create: UNKNOWN,
      environment: { A: UNKNOWN },
    });
    assert.deepEqual(checked.failures, {});
  });
});
