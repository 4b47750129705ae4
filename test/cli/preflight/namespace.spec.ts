import assert from "node:assert/strict";
import { FakePreflightWorld, OWNER, problemsIn } from "./fakeWorld.ts";

describe("the preflight", () => {
  let around: FakePreflightWorld;

  beforeEach(() => {
    around = new FakePreflightWorld();
  });

  describe("of the namespace", () => {
    const annotations = { "istio-idle-timeout/owner": OWNER };

    it("takes the stack's own", async () => {
      around.namespace = { annotations };
      assert.deepEqual(await problemsIn(around), []);
    });

    it("finds another owner's", async () => {
      around.namespace = { annotations: { "istio-idle-timeout/owner": "bob@desk/89abcdef" } };
      assert.deepEqual(await problemsIn(around), [
        "namespace istio-idle-timeout-dev: it exists and belongs to another stack, of bob@desk/89abcdef; " +
          "use another stack name, or if nobody needs it any more remove it: " +
          "kubectl delete namespace istio-idle-timeout-dev",
      ]);
    });

    it("finds one that was made by hand", async () => {
      around.namespace = {};
      assert.match(
        (await problemsIn(around)).join(),
        /it exists and was not made by a stack of this project;/,
      );
    });

    it("finds it on its way out", async () => {
      around.namespace = { annotations, deletionTimestamp: "2026-01-02T03:04:05Z" };
      assert.deepEqual(await problemsIn(around), [
        "namespace istio-idle-timeout-dev: it is still being deleted; wait for that and try again: " +
          "kubectl wait --for=delete namespace/istio-idle-timeout-dev",
      ]);
    });
  });
});
