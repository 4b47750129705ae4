import assert from "node:assert/strict";
import { ConnectionPoolRule } from "../../../components/mesh/connectionPoolRule.ts";
import { connectionPoolSpec } from "../../../model/istio/destinationRule.ts";
import { declare, only, valueOf } from "../../mocks.ts";

const NAMESPACE = "istio-idle-timeout-test";
const DESTINATION_RULE = "kubernetes:networking.istio.io/v1beta1:DestinationRule";

/** Checks a manifest against the schema of Istio's own CRD. */
async function validate(spec: object): Promise<void> {
  const { DestinationRule } = await import("@kubernetes-models/istio/networking.istio.io/v1beta1");
  new DestinationRule({
    metadata: { name: "any", namespace: "any" },
    spec: spec as never,
  }).validate();
}

describe("ConnectionPoolRule", () => {
  const podLabels = { app: "probe" };

  it("sets the pool of one host at the top level, for the selected pods only", async () => {
    const { resources, result } = await declare(
      () =>
        new ConnectionPoolRule("pool", {
          namespace: NAMESPACE,
          podLabels,
          host: "redis.example.com",
          tcp: { idleTimeout: "12s" },
        }),
    );
    assert.equal(resources.length, 2);
    assert.deepEqual(only(resources, DESTINATION_RULE), {
      type: DESTINATION_RULE,
      name: "pool-rule",
      path: `istio-idle-timeout:index:ConnectionPoolRule$${DESTINATION_RULE}`,
      inputs: {
        apiVersion: "networking.istio.io/v1beta1",
        kind: "DestinationRule",
        metadata: { name: "connection-pool", namespace: NAMESPACE },
        spec: {
          host: "redis.example.com",
          workloadSelector: { matchLabels: podLabels },
          trafficPolicy: { connectionPool: { tcp: { idleTimeout: "12s" } } },
          exportTo: ["."],
        },
      },
      provider: undefined,
    });
    assert.equal(await valueOf(result.reference), "DestinationRule/connection-pool");
  });

  it("is a DestinationRule by Istio's schema", async () => {
    const tcpKeepalive = { probes: 9, time: "1s", interval: "1s" };
    for (const tcp of [{ idleTimeout: "0s" }, { tcpKeepalive }]) {
      await validate(connectionPoolSpec("a.example", podLabels, tcp));
    }
  });

  it("would not be one with a host that is no text", async () => {
    const rule = { ...connectionPoolSpec("a.example", {}, {}), host: 1 };
    await assert.rejects(validate(rule), /host/);
  });
});
