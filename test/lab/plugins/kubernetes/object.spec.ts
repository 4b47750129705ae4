import assert from "node:assert/strict";
import { kindOfToken } from "../../../../lab/plugins/kubernetes/object.ts";

describe("a kind", () => {
  it("is read from the type token", () => {
    const deployment = { apiVersion: "apps/v1", kind: "Deployment" };
    assert.deepEqual(kindOfToken("kubernetes:apps/v1:Deployment"), deployment);
    const namespace = { apiVersion: "v1", kind: "Namespace" };
    assert.deepEqual(kindOfToken("kubernetes:core/v1:Namespace"), namespace);
    assert.deepEqual(kindOfToken("kubernetes:networking.istio.io/v1:ServiceEntry"), {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
    });
  });

  for (const token of [
    "kubernetes:batch/v1:Job",
    "kubernetes:core/v1:NamespacePatch",
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:index:Thing",
  ]) {
    it(`of ${token} is not offered`, () => {
      assert.equal(kindOfToken(token), undefined);
    });
  }
});
