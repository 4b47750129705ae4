import assert from "node:assert/strict";
import {
  ConnectionPoolRule,
  connectionPoolSpec,
} from "../../../components/mesh/connectionPoolRule.ts";
import { parseEndpoint } from "../../../model/endpoint.ts";
import { EndpointEntry, serviceEntrySpec } from "../../../components/mesh/endpointEntry.ts";
import { endpointCluster } from "../../../model/istio/endpointHost.ts";
import { declare, only, valueOf } from "../../mocks.ts";

const NAMESPACE = "istio-idle-timeout-test";
const SERVICE_ENTRY = "kubernetes:networking.istio.io/v1beta1:ServiceEntry";
const DESTINATION_RULE = "kubernetes:networking.istio.io/v1beta1:DestinationRule";

const entryOf = (endpoint: string) => serviceEntrySpec(parseEndpoint(endpoint), NAMESPACE);

/** Checks manifests against the schemas of Istio's own CRDs. */
async function validate(kind: "ServiceEntry" | "DestinationRule", spec: object): Promise<void> {
  const istio = await import("@kubernetes-models/istio/networking.istio.io/v1beta1");
  const metadata = { name: "any", namespace: "any" };
  new istio[kind]({ metadata, spec: spec as never }).validate();
}

describe("EndpointEntry", () => {
  it("makes an address known as itself, to the stack's own namespace only", async () => {
    const { resources, result } = await declare(
      () => new EndpointEntry("endpoint", { namespace: NAMESPACE, endpoint: "192.0.2.1:49153" }),
    );
    assert.equal(resources.length, 2);
    assert.deepEqual(only(resources, SERVICE_ENTRY), {
      type: SERVICE_ENTRY,
      name: "endpoint-entry",
      path: `istio-idle-timeout:index:EndpointEntry$${SERVICE_ENTRY}`,
      inputs: {
        apiVersion: "networking.istio.io/v1beta1",
        kind: "ServiceEntry",
        metadata: { name: "endpoint", namespace: NAMESPACE },
        spec: {
          hosts: ["endpoint.istio-idle-timeout-test.internal"],
          addresses: ["192.0.2.1"],
          ports: [{ number: 49_153, name: "tcp", protocol: "TCP" }],
          location: "MESH_EXTERNAL",
          resolution: "NONE",
          exportTo: ["."],
        },
      },
      provider: undefined,
    });
    assert.equal(await valueOf(result.host), "endpoint.istio-idle-timeout-test.internal");
  });

  it("makes a name known as itself, of which nobody knows the addresses", () => {
    assert.deepEqual(entryOf("Redis.example.com.:6379"), {
      hosts: ["redis.example.com"],
      ports: [{ number: 6379, name: "tcp", protocol: "TCP" }],
      location: "MESH_EXTERNAL",
      resolution: "NONE",
      exportTo: ["."],
    });
  });

  it("takes an address of IPv6", () => {
    assert.deepEqual(entryOf("[2001:db8::5]:6379").addresses, ["2001:db8::5"]);
  });

  for (const endpoint of ["192.0.2.1:1", "redis.example.com:6379", "[2001:db8::5]:65535"]) {
    it(`is a ServiceEntry by Istio's schema for ${endpoint}`, async () => {
      await validate("ServiceEntry", entryOf(endpoint));
    });
  }

  it("is found by the cluster that Istio makes of it", () => {
    assert.equal(
      endpointCluster(parseEndpoint("192.0.2.1:49153"), NAMESPACE),
      "outbound|49153||endpoint.istio-idle-timeout-test.internal",
    );
    assert.equal(
      endpointCluster(parseEndpoint("redis.example.com:6379"), NAMESPACE),
      "outbound|6379||redis.example.com",
    );
  });
});

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
      await validate("DestinationRule", connectionPoolSpec("a.example", podLabels, tcp));
    }
  });
});

describe("Istio's schemas as used here", () => {
  it("do refuse what is wrong", async () => {
    const entry = { ...entryOf("192.0.2.1:1"), resolution: "NOWHERE" };
    await assert.rejects(validate("ServiceEntry", entry), /resolution/);
    const rule = { ...connectionPoolSpec("a.example", {}, {}), host: 1 };
    await assert.rejects(validate("DestinationRule", rule), /host/);
  });
});
