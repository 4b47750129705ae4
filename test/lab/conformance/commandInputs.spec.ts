import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { assertHidden, assertSecret, SECRET } from "./secrets.ts";
import { command } from "./resources.ts";
import { TestStack } from "./testStack.ts";
import { scratch } from "./workspace.ts";

describe("inputs of command:local:Command", () => {
  it("keeps secret inputs secret", async () => {
    const stack = await TestStack.create();
    const environment = { PASSWORD: { $secret: SECRET } };
    const run = await stack.up(command({ create: "test -n $PASSWORD", environment }));
    const { inputs, outputs } = stack.state().command!;
    assertSecret(inputs, "environment", "PASSWORD");
    assertSecret(outputs, "environment", "PASSWORD");
    await assertHidden(stack, run);
  });

  it("keeps an output secret that the program says is one", async () => {
    const stack = await TestStack.create();
    const additionalSecretOutputs = ["stdout"];
    const create = `printf %s ${SECRET.replaceAll("-", " -")}`;
    const run = await stack.up(command({ create, logging: "none" }, { additionalSecretOutputs }));
    assertSecret(stack.state().command!.outputs, "stdout");
    await assertHidden(stack, run);
  });

  it("shows the lines of the streams that logging names, and takes very long ones", async () => {
    const stack = await TestStack.create();
    const { shown } = await stack.up(
      command({
        create: "head -c 200000 /dev/zero | tr '\\0' x; echo; echo progress >&2",
        logging: "stderr",
      }),
    );
    assert.ok(shown.some((line) => line.includes("progress")));
    assert.ok(!shown.some((line) => line.includes("xxx")));
    assert.equal(stack.state().command!.outputs.stdout.length, 200_000);
  });

  it("refuses a wrong input before anything runs", async () => {
    const stack = await TestStack.create();
    const file = scratch();
    const preview = async (wrong: Record<string, unknown>): Promise<string> => {
      const { errors } = await stack.previewFailing(command({ create: `touch ${file}`, ...wrong }));
      return errors.replace(/.* has a problem: /, "").trim();
    };
    assert.equal(
      await preview({ stdin: 5 }),
      "Field 'stdin' on 'local.CommandInputs' must be a 'string'; got 'float64' instead",
    );
    assert.equal(
      await preview({ nonsense: 1 }),
      "Unrecognized field 'nonsense' on 'local.CommandInputs'",
    );
    assert.equal(existsSync(file), false);
  });
});
