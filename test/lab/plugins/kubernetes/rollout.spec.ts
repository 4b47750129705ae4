import assert from "node:assert/strict";
import type { KubeObject } from "../../../../lab/plugins/kubernetes/object.ts";
import { rolloutOf } from "../../../../lab/plugins/kubernetes/rollout.ts";
import type { PlainMap } from "../../../../lab/plugins/shared/value.ts";

describe("a rollout", () => {
  const object = (spec: PlainMap, status: PlainMap): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", generation: 2 },
    spec,
    status,
  });
  const conditions = (available: string, reason: string): PlainMap[] => [
    { type: "Available", status: available, reason: "A", message: "a" },
    { type: "Progressing", status: "True", reason },
  ];
  const complete: PlainMap = {
    observedGeneration: 2,
    replicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
    conditions: conditions("True", "NewReplicaSetAvailable"),
  };

  for (const [what, spec, status, done] of [
    ["everything is new and available", {}, complete, true],
    [
      "the controller hasn't seen the newest generation",
      {},
      { ...complete, observedGeneration: 1 },
      false,
    ],
    ["a pod of an older ReplicaSet is left", {}, { ...complete, replicas: 2 }, false],
    ["fewer are available than wanted", { replicas: 2 }, complete, false],
    [
      "the new ReplicaSet isn't complete",
      {},
      { ...complete, conditions: conditions("True", "ReplicaSetUpdated") },
      false,
    ],
    [
      "the Deployment isn't available",
      {},
      { ...complete, conditions: conditions("False", "NewReplicaSetAvailable") },
      false,
    ],
    ["there is no status yet", {}, {}, false],
    [
      "none are wanted",
      { replicas: 0 },
      { ...complete, replicas: 0, updatedReplicas: 0, availableReplicas: 0 },
      true,
    ],
  ] as const) {
    it(`is ${done ? "done" : "not done"} when ${what}`, () => {
      assert.equal(rolloutOf(object(spec as PlainMap, status)).done, done);
    });
  }

  it("has problems in the controller's words", () => {
    const status = { ...complete, conditions: conditions("False", "ReplicaSetUpdated") };
    assert.deepEqual(rolloutOf(object({}, status)).problems, [
      "[A] a",
      "Minimum number of live Pods was not attained",
    ]);
  });
});
