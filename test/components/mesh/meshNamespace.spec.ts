import assert from "node:assert/strict";
import { MeshNamespace } from "../../../components/mesh/meshNamespace.ts";
import { declare, only, valueOf } from "../../mocks.ts";

describe("MeshNamespace", () => {
  const owner = "ann@laptop/01234567";

  it("is one namespace with sidecar injection that names its owner", async () => {
    const { resources, result } = await declare(
      () => new MeshNamespace("mesh", { namespace: "istio-idle-timeout-test", owner }),
    );
    assert.equal(resources.length, 2);
    assert.deepEqual(only(resources, "kubernetes:core/v1:Namespace"), {
      type: "kubernetes:core/v1:Namespace",
      name: "mesh-namespace",
      path: "istio-idle-timeout:index:MeshNamespace$kubernetes:core/v1:Namespace",
      inputs: {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: "istio-idle-timeout-test",
          labels: { "istio-injection": "enabled" },
          annotations: { "istio-idle-timeout/owner": owner },
        },
      },
      provider: undefined,
    });
    assert.equal(await valueOf(result.namespace), "istio-idle-timeout-test");
  });

  it("takes the sidecar of a revision where one is named", async () => {
    const { resources } = await declare(
      () => new MeshNamespace("mesh", { namespace: "n", owner, revision: "1-30-2" }),
    );
    const { metadata } = only(resources, "kubernetes:core/v1:Namespace").inputs;
    assert.deepEqual(metadata.labels, { "istio.io/rev": "1-30-2" });
  });
});
