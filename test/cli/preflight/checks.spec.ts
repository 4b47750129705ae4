import assert from "node:assert/strict";
import { FakePreflightWorld, problemsIn, REPOSITORY, unreachable } from "./fakeWorld.ts";

describe("the preflight", () => {
  let around: FakePreflightWorld;

  beforeEach(() => {
    around = new FakePreflightWorld();
  });

  it("finds nothing where nothing is in the way, and changes nothing", async () => {
    assert.deepEqual(await problemsIn(around), []);
    for (const command of around.commands.filter((each) => !each.startsWith("create "))) {
      assert.match(command, /^(get|version|config get-contexts) /);
    }
  });

  it("tells everything at once", async () => {
    around.clientVersion = "v1.19.0";
    around.denied = ["create namespaces"];
    around.webhooks = [];
    around.namespace = {};
    around.nodes = ["linux/s390x"];
    around.answers[REPOSITORY] = unreachable("connection refused");
    assert.deepEqual(
      (await problemsIn(around)).map((line) => line.split(":")[0]),
      ["kubectl", "rights", "Istio", "namespace istio-idle-timeout-dev", "platform", "registry"],
    );
  });
});
