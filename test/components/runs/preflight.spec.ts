import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { preflight } from "../../../components/runs/preflight.ts";
import type { PreflightRequest } from "../../../model/requests.ts";
import { declare, valueOf } from "../../mocks.ts";

const REQUEST: Omit<PreflightRequest, "owner"> = {
  namespace: "istio-idle-timeout-dev",
  injectionLabels: { "istio-injection": "enabled" },
  podLabels: {},
  timeout: "default",
  path: "passthrough",
  remedy: "envoyFilter",
  timelapse: false,
  repository: "localhost:5000/istio-idle-timeout-probe",
  images: { baseImage: "it's" },
};

async function run(problems: string[]) {
  const commands: unknown[] = [];
  const { result } = await declare(
    () => {
      const ready = preflight(REQUEST, pulumi.output("ann@laptop/01234567"));
      // Within declare, as after it nothing can be asked any more.
      return valueOf(ready).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
    },
    {
      preview: true,
      functions: {
        "command:local:run": (args) => {
          commands.push(args);
          return { stdout: JSON.stringify({ problems }) };
        },
      },
    },
  );
  return { commands, ...result };
}

describe("preflight", () => {
  it("looks in previews too, and gives nothing to depend on when nothing is in the way", async () => {
    const { commands, ...result } = await run([]);
    assert.deepEqual(result, { value: [] });
    const request = JSON.stringify({ ...REQUEST, owner: "ann@laptop/01234567" });
    assert.deepEqual(commands, [
      {
        command: `node --import tsx cli/preflight.ts '${request.replace("'", `'\\''`)}'`,
        logging: "none",
      },
    ]);
  });

  it("fails with everything that is in the way", async () => {
    const result = await run(["registry: out of reach; start it", "rights: none; ask for some"]);
    assert.ok("error" in result);
    const { error } = result;
    assert.ok(pulumi.RunError.isInstance(error));
    assert.equal(
      error.message,
      "the stack can't be brought up:\n  registry: out of reach; start it\n  rights: none; ask for some",
    );
    // With one the SDK may take a minute to format it.
    assert.equal(error.stack, undefined);
  });
});
