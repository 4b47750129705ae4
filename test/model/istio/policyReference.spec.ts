import assert from "node:assert/strict";
import { parsePolicyReference } from "../../../model/istio/policyReference.ts";

describe("a reference to a policy", () => {
  it("is a kind and a name", () => {
    assert.deepEqual(parsePolicyReference("DestinationRule/connection-pool"), {
      kind: "DestinationRule",
      name: "connection-pool",
    });
  });

  for (const text of ["idle-timeout", "Pod/z", "EnvoyFilter/", "EnvoyFilter/a/b", ""]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePolicyReference(text), {
        message: `${JSON.stringify(text)} is not KIND/NAME with a kind of EnvoyFilter or DestinationRule`,
      });
    });
  }
});
