import assert from "node:assert/strict";
import { secret, UNKNOWN } from "../../../../lab/plugins/shared/value.ts";
import { FILTER, metadataOf, NAMESPACE, UNDEFINED_KIND, withKubernetes } from "./setup.ts";

describe("inputs of a kubernetes object", () => {
  const setup = withKubernetes();

  it("completes kind and namespace", async () => {
    const { inputs } = await setup.plugin.check(FILTER, { metadata: { name: "a" }, spec: {} });
    assert.deepEqual(inputs, {
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "EnvoyFilter",
      metadata: { name: "a", namespace: "default" },
      spec: {},
    });
  });

  it("gives no namespace to what has none", async () => {
    const { inputs } = await setup.plugin.check(NAMESPACE, { metadata: { name: "a" } });
    assert.deepEqual(inputs.metadata, { name: "a" });
  });

  it("refuses an object without a name", async () => {
    for (const metadata of [{}, { generateName: "x-" }]) {
      const { failures } = await setup.plugin.check(FILTER, { metadata });
      assert.deepEqual(failures, {
        "metadata.name": "the lab's kubernetes plugin makes up no names: set metadata.name",
      });
    }
  });

  it("refuses annotations that it would have to ignore", async () => {
    const annotations = secret({
      "example.com/any": "x",
      "pulumi.com/patchForce": "true",
      "pulumi.com/skipAwait": "true",
    });
    const { failures } = await setup.plugin.check(FILTER, { metadata: { name: "x", annotations } });
    assert.deepEqual(failures, {
      'metadata.annotations["pulumi.com/skipAwait"]':
        "the lab's kubernetes plugin doesn't offer \"pulumi.com/skipAwait\", only " +
        "pulumi.com/patchFieldManager, pulumi.com/patchForce",
    });
  });

  it("drops nulls and what only the server decides", async () => {
    const { inputs } = await setup.plugin.check(FILTER, {
      metadata: { name: "a", uid: "u", resourceVersion: "1", labels: null },
      spec: { patch: { idle_timeout: null, list: [null, 1] } },
    });
    assert.deepEqual(inputs.metadata, { name: "a", namespace: "default" });
    assert.deepEqual(inputs.spec, { patch: { list: [1] } });
  });

  it("leaves unknown and secret values as they are", async () => {
    const { inputs } = await setup.plugin.check(FILTER, {
      metadata: { name: UNKNOWN },
      spec: { a: secret("s") },
    });
    assert.deepEqual(inputs.metadata, { name: UNKNOWN, namespace: "default" });
    assert.deepEqual(inputs.spec, { a: secret("s") });
  });

  it("completes metadata that is secret or unknown as a whole", async () => {
    const hidden = await setup.plugin.check(FILTER, { metadata: secret({ name: "x", uid: "u" }) });
    assert.deepEqual(hidden.inputs.metadata, secret({ name: "x", namespace: "default" }));
    const unknown = await setup.plugin.check(FILTER, { metadata: UNKNOWN });
    assert.equal(unknown.inputs.metadata, UNKNOWN);
  });

  it("takes a kind the server doesn't have yet to be namespaced", async () => {
    const urn = UNDEFINED_KIND;
    const { inputs } = await setup.plugin.check(urn, { metadata: { name: "x" } });
    assert.equal(metadataOf(inputs).namespace, "default");
  });
});
