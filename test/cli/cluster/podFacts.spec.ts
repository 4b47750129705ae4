import assert from "node:assert/strict";
import { hasSidecar, isStaying, workloadOfOwner } from "../../../cli/cluster/podFacts.ts";

describe("a pod", () => {
  const [app, sidecar] = [{ name: "app" }, { name: "istio-proxy" }];

  it("has a sidecar among its containers, or its init containers on newer clusters", () => {
    assert.equal(hasSidecar({ spec: { containers: [app, sidecar] } }), true);
    assert.equal(hasSidecar({ spec: { containers: [app], initContainers: [sidecar] } }), true);
    assert.equal(hasSidecar({ spec: { containers: [app], initContainers: [app] } }), false);
    assert.equal(hasSidecar({ spec: { containers: [app] } }), false);
  });

  it("stays until it is being deleted", () => {
    assert.equal(isStaying({ metadata: {} }), true);
    assert.equal(isStaying({ metadata: { deletionTimestamp: "2026-01-02T03:04:05Z" } }), false);
  });

  it("belongs to the Deployment of its ReplicaSet, and to every other owner itself", () => {
    assert.deepEqual(workloadOfOwner({ kind: "ReplicaSet", name: "web-canary-7d4f9c" }), {
      kind: "Deployment",
      name: "web-canary",
    });
    const own = { kind: "StatefulSet", name: "db-1" };
    assert.deepEqual(workloadOfOwner(own), own);
  });
});
