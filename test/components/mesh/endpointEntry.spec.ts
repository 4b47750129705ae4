import assert from "node:assert/strict";
import { EndpointEntry } from "../../../components/mesh/endpointEntry.ts";
import { parseEndpoint } from "../../../model/endpoint.ts";
import { endpointHost } from "../../../model/istio/endpointHost.ts";
import { serviceEntrySpec } from "../../../model/istio/serviceEntry.ts";
import { declare, only, valueOf } from "../../mocks.ts";

const NAMESPACE = "istio-idle-timeout-test";
const SERVICE_ENTRY = "kubernetes:networking.istio.io/v1beta1:ServiceEntry";

const entryOf = (text: string) => {
  const endpoint = parseEndpoint(text);
  return serviceEntrySpec(endpoint, endpointHost(endpoint, NAMESPACE));
};

/** Checks a manifest against the schema of Istio's own CRD. */
async function validate(spec: object): Promise<void> {
  const { ServiceEntry } = await import("@kubernetes-models/istio/networking.istio.io/v1beta1");
  new ServiceEntry({ metadata: { name: "any", namespace: "any" }, spec: spec as never }).validate();
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
      await validate(entryOf(endpoint));
    });
  }

  it("would not be one with a mistyped word", async () => {
    const entry = { ...entryOf("192.0.2.1:1"), resolution: "NOWHERE" };
    await assert.rejects(validate(entry), /resolution/);
  });
});
