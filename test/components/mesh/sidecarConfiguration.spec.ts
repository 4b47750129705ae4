import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { sidecarConfiguration } from "../../../components/mesh/sidecarConfiguration.ts";
import { parseSettings } from "../../../components/settings/parseSettings.ts";
import { injectionAnnotations } from "../../../model/istio/injection.ts";
import { declare, only, valueOf } from "../../mocks.ts";
import { stackConfig } from "../../stackConfig.ts";

const NAMESPACE = "istio-idle-timeout-test";
const ENVOY_FILTER = "kubernetes:networking.istio.io/v1alpha3:EnvoyFilter";

/** Declares the configuration of a stack that has two endpoints. */
async function configure(change: Record<string, string>) {
  const settings = parseSettings({ ...stackConfig(), ...change });
  const endpoints = pulumi.output(["192.0.2.1:49153", "192.0.2.1:49154"]);
  const outputs = {
    "command:local:Command": () => ({ stdout: "docker.io/istio/proxyv2:1.31.0" }),
    "docker:index/image:Image": () => ({ repoDigest: "localhost:5000/proxy@sha256:0" }),
  };
  const { resources, result } = await declare(
    () =>
      sidecarConfiguration({ settings, namespace: NAMESPACE, endpoints, runId: "0123456789" }, {}),
    { outputs },
  );
  return {
    resources,
    names: resources.map(({ name }) => name),
    annotations: injectionAnnotations((await valueOf(pulumi.all(result.injection))) as []),
    policy: result.policy && (await valueOf(result.policy)),
    variantLabels: result.variantLabels,
  };
}

describe("sidecarConfiguration", () => {
  it("sets the timeout by a filter, and asks for the sidecar's word", async () => {
    const found = await configure({});
    assert.deepEqual(found.names, [
      ...["evidence", "evidence-filter", "idle-timeout", "idle-timeout-filter"],
    ]);
    assert.equal(found.policy, "EnvoyFilter/idle-timeout");
    assert.deepEqual(found.annotations, {});
    assert.deepEqual(found.variantLabels, {
      "istio-idle-timeout/timeout": "10s",
      "istio-idle-timeout/remedy": "envoyFilter",
    });
    const { spec } = only(found.resources, ENVOY_FILTER, "idle-timeout").inputs;
    assert.deepEqual(spec.workloadSelector.labels, {
      "istio-idle-timeout/sidecar": "true",
      ...found.variantLabels,
    });
    assert.equal("portNumber" in spec.configPatches[0].match.listener, false);
  });

  it("makes the endpoint known and sets the timeout by a rule for it", async () => {
    const found = await configure({ path: "serviceEntry", remedy: "destinationRule" });
    assert.deepEqual(found.names, [
      ...["connection-pool", "connection-pool-rule", "endpoint", "endpoint-entry"],
      ...["evidence", "evidence-filter", "idle-timeout"],
    ]);
    assert.equal(found.policy, "DestinationRule/connection-pool");
    const type = "kubernetes:networking.istio.io/v1beta1:DestinationRule";
    const { spec } = only(found.resources, type).inputs;
    assert.equal(spec.host, "endpoint.istio-idle-timeout-test.internal");
    assert.deepEqual(spec.trafficPolicy, { connectionPool: { tcp: { idleTimeout: "10s" } } });
    const entry = only(found.resources, "kubernetes:networking.istio.io/v1beta1:ServiceEntry");
    assert.deepEqual(entry.inputs.spec.ports, [{ number: 49_153, name: "tcp", protocol: "TCP" }]);
  });

  it("sets the timeout by a filter where a rule only keeps connections alive", async () => {
    const found = await configure({ path: "serviceEntry", remedy: "tcpKeepalive" });
    const rule = only(found.resources, "kubernetes:networking.istio.io/v1beta1:DestinationRule");
    assert.deepEqual(rule.inputs.spec.trafficPolicy, {
      connectionPool: { tcp: { tcpKeepalive: { probes: 9, time: "1s", interval: "1s" } } },
    });
    assert.equal(found.policy, "EnvoyFilter/idle-timeout");
  });

  it("asks its filter for the endpoint's port", async () => {
    const { resources } = await configure({ remedy: "envoyFilterPort" });
    const { spec } = only(resources, ENVOY_FILTER, "idle-timeout").inputs;
    assert.equal(spec.configPatches[0].match.listener.portNumber, 49_153);
  });

  it("lets connections to the endpoint's port bypass the sidecar", async () => {
    const { annotations, names } = await configure({ remedy: "excludeOutboundPorts" });
    assert.deepEqual(annotations, { "traffic.sidecar.istio.io/excludeOutboundPorts": "49153" });
    assert.ok(names.includes("idle-timeout-filter"));
  });

  it("puts the timeout and the faster clock into one piece of metadata", async () => {
    const found = await configure({ remedy: "proxyMetadata", timeout: "24h", timelapse: "360" });
    assert.deepEqual(found.annotations, {
      "sidecar.istio.io/proxyImage": "localhost:5000/proxy@sha256:0",
      "proxy.istio.io/config":
        '{"proxyMetadata":{"ISTIO_META_IDLE_TIMEOUT":"24h",' +
        '"LD_PRELOAD":"/usr/local/lib/istio-idle-timeout/timelapse.so","TIMELAPSE_FACTOR":"360"}}',
    });
    assert.deepEqual(
      found.names.filter((name) => name.endsWith("-filter")),
      ["evidence-filter"],
    );
    assert.equal(found.policy, undefined);
  });

  it("leaves out what is not asked for", async () => {
    const found = await configure({ timeout: "default", evidence: "false" });
    assert.deepEqual(found.names, ["idle-timeout"]);
    assert.equal(found.policy, undefined);
  });
});
