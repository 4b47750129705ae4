import assert from "node:assert/strict";
import { callOf, calledAs } from "../../../cli/command/invocation.ts";

describe("what a user types", () => {
  for (const [script, program, command] of [
    ["/usr/bin/istio-idle-timeout", "istio-idle-timeout", "istio-idle-timeout doctor"],
    ["/x/dist/istio-idle-timeout.cjs", "istio-idle-timeout", "istio-idle-timeout doctor"],
    ["/home/a/bin/kubectl-idle_timeout", "kubectl idle-timeout", "kubectl idle-timeout doctor"],
    ["/x/cli/main.ts", "npm run", "npm run doctor --"],
    ["/x/lab/start.mjs", "npm run", "npm run doctor --"],
  ] as const) {
    it(`is ${command} for ${script}`, () => {
      assert.equal(calledAs(script), program);
      assert.equal(callOf(calledAs(script), "doctor"), command);
    });
  }
});
