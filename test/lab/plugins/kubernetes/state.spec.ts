import assert from "node:assert/strict";
import type { KubeObject } from "../../../../lab/plugins/kubernetes/object.ts";
import { refreshedInputs } from "../../../../lab/plugins/kubernetes/state.ts";
import type { PlainMap } from "../../../../lab/plugins/shared/value.ts";

describe("refreshed inputs", () => {
  const live = (spec: PlainMap): KubeObject => ({
    apiVersion: "v1",
    kind: "K",
    metadata: { name: "n" },
    spec,
  });

  it("keep what the program wrote where nothing changed", () => {
    const inputs = { spec: { cpu: "0.5", empty: {}, list: [{ a: 1 }] } };
    const same = live({ cpu: "500m", list: [{ a: 1, added: true }], defaulted: 1 });
    assert.deepEqual(refreshedInputs(inputs, same, same), inputs);
  });

  it("take what was changed, removed or added to a list", () => {
    const inputs = { spec: { a: 1, gone: 1, list: ["x"], same: 1 } };
    const old = live({ a: 1, gone: 1, list: ["x"], same: 1 });
    const now = live({ a: 2, list: ["x", "y"], same: 1, unasked: 1 });
    assert.deepEqual(refreshedInputs(inputs, old, now), {
      spec: { a: 2, list: ["x", "y"], same: 1 },
    });
  });
});
