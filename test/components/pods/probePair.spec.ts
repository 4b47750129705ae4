import assert from "node:assert/strict";
import { probePair } from "../../../components/pods/probePair.ts";
import { declare } from "../../mocks.ts";

describe("probePair", () => {
  it("is a pod with a sidecar and one without, alike but for that", async () => {
    const { resources } = await declare(() =>
      probePair(
        {
          namespace: "istio-idle-timeout-test",
          image: "localhost:5000/probe@sha256:0",
          runId: "0123456789",
          credentialsVersion: "42",
          variantLabels: { "istio-idle-timeout/timeout": "10s" },
        },
        {},
      ),
    );
    const [subject, control] = resources.filter(({ type }) => type.endsWith(":Deployment"));
    assert.deepEqual(
      resources.map(({ name }) => name),
      ["with-sidecar", "with-sidecar-deployment", "without-sidecar", "without-sidecar-deployment"],
    );
    const text = (inputs: unknown) => JSON.stringify(inputs);
    assert.equal(
      text(control?.inputs)
        .replaceAll("without-sidecar", "with-sidecar")
        .replaceAll('"false"', '"true"'),
      text(subject?.inputs).replaceAll('"false"', '"true"'),
    );
    assert.equal(subject?.inputs.spec.template.metadata.labels["sidecar.istio.io/inject"], "true");
    assert.equal(control?.inputs.spec.template.metadata.labels["sidecar.istio.io/inject"], "false");
  });
});
