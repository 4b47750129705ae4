import assert from "node:assert/strict";
import { MeshNamespace } from "../../components/meshNamespace.ts";
import { declare, only, valueOf } from "../mocks.ts";

describe("MeshNamespace", () => {
  it("is one namespace with sidecar injection", async () => {
    const { resources, result } = await declare(
      () => new MeshNamespace("mesh", { namespace: "istio-idle-timeout-test" }),
    );
    assert.equal(resources.length, 2);
    assert.deepEqual(only(resources, "kubernetes:core/v1:Namespace"), {
      type: "kubernetes:core/v1:Namespace",
      name: "mesh-namespace",
      path: "istio-idle-timeout:index:MeshNamespace$kubernetes:core/v1:Namespace",
      inputs: {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "istio-idle-timeout-test", labels: { "istio-injection": "enabled" } },
      },
      provider: undefined,
    });
    assert.equal(await valueOf(result.namespace), "istio-idle-timeout-test");
  });
});
