import assert from "node:assert/strict";
import { parseEndpoint } from "../../../model/endpoint.ts";
import { endpointCluster, endpointHost } from "../../../model/istio/endpointHost.ts";

const hostOf = (endpoint: string) => endpointHost(parseEndpoint(endpoint), "idle");

describe("endpointHost", () => {
  it("is a DNS name as Istio writes it, or one that carries the stack of an address", () => {
    assert.equal(hostOf("Redis.example.com.:6379"), "redis.example.com");
    assert.equal(hostOf("192.0.2.1:6379"), "endpoint.idle.internal");
    assert.equal(hostOf("[2001:db8::5]:6379"), "endpoint.idle.internal");
  });
});

describe("endpointCluster", () => {
  it("is the cluster that Istio makes of the host", () => {
    const cluster = (endpoint: string) => endpointCluster(parseEndpoint(endpoint), "idle");
    assert.equal(cluster("192.0.2.1:49153"), "outbound|49153||endpoint.idle.internal");
    assert.equal(cluster("redis.example.com:6379"), "outbound|6379||redis.example.com");
  });
});
