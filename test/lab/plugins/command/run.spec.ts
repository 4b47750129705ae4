import assert from "node:assert/strict";
import { withCommand } from "./setup.ts";

describe("command:local:run", () => {
  const setup = withCommand();

  it("runs on every call", async () => {
    const result = await setup.plugin.invoke("command:local:run", {
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
    await assert.rejects(setup.plugin.invoke("command:local:run", { command: "exit 4" }), {
      message: 'exit status 4: running "exit 4":\n',
    });
  });

  it("isn't run with wrong arguments", async () => {
    await assert.rejects(setup.plugin.invoke("command:local:run", {}), {
      message: "command: Missing required field 'command' on 'local.RunInputs'",
    });
    await assert.rejects(setup.plugin.invoke("command:local:run", { command: "true", stdin: 5 }), {
      message:
        "stdin: Field 'stdin' on 'local.RunInputs' must be a 'string'; got 'float64' instead",
    });
  });
});
