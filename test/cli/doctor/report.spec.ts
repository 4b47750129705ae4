import assert from "node:assert/strict";
import { diagnosisRecord, renderDiagnosis } from "../../../cli/doctor/report.ts";
import { askingDoctor, CLUSTER, FORBIDDEN, HOST } from "./asking.ts";
import { idlePolicy, rule } from "./fakeMesh.ts";

describe("the doctor reports", () => {
  const doctor = askingDoctor();
  const { ask, makeKnown } = doctor;

  beforeEach(() => {
    makeKnown("6s");
    doctor.mesh.rules = [rule("shop/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
    doctor.mesh.cluster = {
      ...doctor.mesh.cluster,
      upstream_connection_options: {
        tcp_keepalive: { keepalive_time: 20, keepalive_interval: 5 },
      },
    };
    doctor.mesh.annotations = { excludeOutboundPorts: "1" };
    doctor.mesh.failure = (command) => (command.includes("istio-system") ? FORBIDDEN : undefined);
  });

  it("to people", async () => {
    assert.equal(
      renderDiagnosis(await ask(`${HOST}:6379`)),
      `pod           shop/web-0
------------  --------------------------------------------------------------------------------
endpoint      redis.example.com:6379 (10.0.0.5)
client        plain TCP
listener      10.0.0.5_6379
filter chain  #0
cluster       outbound|6379||redis.example.com
idle timeout  6s, set by DestinationRule shop/redis
keepalive     towards the endpoint after 20s, then every 5s; it does not stop the idle timeout
drain time    45s after a change of the filter chain its connections are closed, busy ones too
sidecar       Istio 1.31.0, Envoy 1.40.0

Findings (docs/findings.md explains each code):
- IIT013 warning: Pod shop/web-0: nothing reads its annotation excludeOutboundPorts without its prefix; write traffic.sidecar.istio.io/excludeOutboundPorts in the workload's pod template

Not looked at:
- the mesh's settings, ConfigMap istio-system/istio (you may not look at it)
`,
    );
  });

  it("to programs", async () => {
    assert.deepEqual(diagnosisRecord(await ask(`${HOST}:6379`)), {
      schemaVersion: 1,
      namespace: "shop",
      pod: "web-0",
      endpoint: "redis.example.com:6379",
      address: "10.0.0.5",
      way: "sidecar",
      idleTimeoutMs: 6000,
      source: "configured",
      listener: "10.0.0.5_6379",
      filterChain: "#0",
      cluster: CLUSTER,
      setBy: { kind: "DestinationRule", namespace: "shop", name: "redis" },
      maxDurationMs: null,
      keepalive: { keepalive_time: 20, keepalive_interval: 5 },
      drainTimeMs: 45_000,
      istioVersion: "1.31.0",
      envoyVersion: "1.40.0",
      findings: [
        {
          code: "IIT013",
          severity: "warning",
          object: { kind: "Pod", namespace: "shop", name: "web-0" },
          reason: "nothing reads its annotation excludeOutboundPorts without its prefix",
          fix: "write traffic.sidecar.istio.io/excludeOutboundPorts in the workload's pod template",
        },
      ],
      unseen: ["the mesh's settings, ConfigMap istio-system/istio (you may not look at it)"],
      client: "plain TCP",
      endToEndMs: 6000,
      behind: [],
      others: [],
    });
  });
});
