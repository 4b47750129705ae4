import assert from "node:assert/strict";
import { dump, virtualOutbound } from "../listeners.ts";
import { askingDoctor, HOST } from "./asking.ts";
import { idleFilter, idlePolicy, rule } from "./fakeMesh.ts";

describe("the doctor says what can't work:", () => {
  const doctor = askingDoctor();
  const { setBy, findings, apply, makeKnown } = doctor;

  for (const [value, advice] of [
    ["1d", "24h"],
    ["30 s", "30s"],
    ["30", "24h"],
    ["2 days", "48h"],
  ] as const) {
    it(`metadata ${JSON.stringify(value)}`, async () => {
      doctor.mesh.metadata = { IDLE_TIMEOUT: value };
      assert.equal(await setBy(), "Envoy's default");
      assert.deepEqual(await findings(), [
        `ISTIO_META_IDLE_TIMEOUT=${value}: istiod can't read it and ignores it without a warning: it is no ` +
          `Go duration; write ${advice}, and restart the pod`,
      ]);
    });
  }

  it("metadata of a release that takes no notice of it for unknown hosts", async () => {
    doctor.mesh.istioVersion = "1.13.9";
    doctor.mesh.metadata = { IDLE_TIMEOUT: "24h" };
    assert.deepEqual(await findings(), [
      "ISTIO_META_IDLE_TIMEOUT=24h: Istio 1.13.9 takes no notice of it for unknown hosts, which came with 1.14; " +
        "use an EnvoyFilter, or update Istio",
    ]);
  });

  for (const [release, source] of [
    ["1.13.9", undefined],
    ["1.14.0", "this Istio version's default"],
    ["1.15.1", "this Istio version's default"],
    ["1.15.2", undefined],
  ] as const) {
    it(`Istio ${release} and its default of never, as far as it has it`, async () => {
      doctor.mesh.istioVersion = release;
      apply("0s");
      assert.equal(await setBy(), source);
    });
  }

  it("an idleTimeout that the listener does not read", async () => {
    makeKnown("6s");
    doctor.mesh.rules = [
      rule("shop/redis", HOST, {
        trafficPolicy: { ...idlePolicy("6s"), portLevelSettings: [idlePolicy("7s")] },
        subsets: [{ name: "v1", trafficPolicy: idlePolicy("8s") }],
      }),
    ];
    const end =
      "has no effect: the listener reads the top level alone; move it to trafficPolicy.connectionPool.tcp.idleTimeout";
    assert.deepEqual(await findings(), [
      `DestinationRule shop/redis: its idleTimeout 7s under portLevelSettings ${end}`,
      `DestinationRule shop/redis: its idleTimeout 8s under subset v1 ${end}`,
    ]);
  });

  it("a DestinationRule for a host that nothing makes known", async () => {
    doctor.mesh.names = { [HOST]: ["10.0.0.5"] };
    doctor.mesh.rules = [rule("shop/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
    assert.deepEqual(await findings(`${HOST}:6379`), [
      `DestinationRule shop/redis: it is for ${HOST}, but connections go to PassthroughCluster, to which no ` +
        "DestinationRule applies; make the host known with a ServiceEntry that has this address and port",
    ]);
  });

  it("a filter by port where the connection has none", async () => {
    doctor.mesh.filters = [idleFilter("shop/port", "24h", { port: 6379 })];
    assert.deepEqual(await findings(), [
      "EnvoyFilter shop/port: its idle_timeout 24h has no effect here: it is matched by portNumber 6379, which " +
        "never reaches PassthroughCluster: the filter chain that carries the connection has no port of its own; " +
        "take portNumber out of its match, or make the host known with a ServiceEntry and use a " +
        "DestinationRule's connectionPool.tcp.idleTimeout",
    ]);
  });

  it("but not a filter that is meant for another port or for other pods", async () => {
    doctor.mesh.filters = [
      idleFilter("shop/mysql", "24h", { port: 3306 }),
      idleFilter("shop/theirs", "24h", { labels: { app: "worker" } }),
    ];
    assert.deepEqual(await findings(), []);
  });

  it("a filter that asks for a label that the pod has not", async () => {
    doctor.mesh.filters = [idleFilter("shop/typo", "24h", { labels: { app: "web", name: "web" } })];
    assert.deepEqual(await findings(), [
      "EnvoyFilter shop/typo: its workloadSelector does not select the pod, which has not name=web; correct it, " +
        "or the labels in the workload's pod template, if it is meant for this pod",
    ]);
  });

  it("a filter whose value istiod can't read", async () => {
    doctor.mesh.filters = [idleFilter("shop/days", "1d")];
    assert.deepEqual(await findings(), [
      'EnvoyFilter shop/days: istiod can\'t read its idle_timeout "1d" and skips the patch; write "24h"',
    ]);
  });

  it("a filter that adds another tcp_proxy", async () => {
    const filter = idleFilter("shop/add", "10s");
    filter.spec!.configPatches![0]!.patch!.operation = "INSERT_BEFORE";
    doctor.mesh.filters = [filter];
    assert.deepEqual(await findings(), [
      "EnvoyFilter shop/add: its operation INSERT_BEFORE does not change the tcp_proxy that is there, and Envoy " +
        "rejects a filter chain that has two; use the operation MERGE",
    ]);
  });

  it("configuration that the sidecar rejected", async () => {
    doctor.mesh.listeners = dump(
      virtualOutbound({}, { error_state: { details: "no such operator" } }),
    );
    doctor.mesh.filters = [idleFilter("shop/ten", "10s")];
    assert.equal(await setBy(), undefined);
    assert.deepEqual(await findings(), [
      "the sidecar rejected istiod's latest configuration of listener virtualOutbound and goes on with an older " +
        "one: no such operator; correct or remove the EnvoyFilter that brings that in",
    ]);
  });

  it("a cluster that the sidecar has not", async () => {
    doctor.mesh.listeners = dump(
      virtualOutbound({ idle_timeout: "10s", cluster: "outbound|80||" }),
    );
    doctor.mesh.missingClusters = ["outbound|80||"];
    doctor.mesh.filters = [idleFilter("shop/ten", "10s")];
    const { configPatches } = doctor.mesh.filters[0]!.spec!;
    Object.assign(configPatches![0]!.patch!.value!.typed_config!, { cluster: "outbound|80||" });
    assert.deepEqual(await findings(), [
      'EnvoyFilter shop/ten: it names cluster "outbound|80||", which the sidecar has not, so that it closes every ' +
        "connection at once; leave nothing in its typed_config but @type and idle_timeout",
    ]);
  });

  it("an annotation without its prefix", async () => {
    doctor.mesh.annotations = { excludeOutboundPorts: "6379" };
    assert.deepEqual(await findings(), [
      "Pod shop/web-0: nothing reads its annotation excludeOutboundPorts without its prefix; write " +
        "traffic.sidecar.istio.io/excludeOutboundPorts in the workload's pod template",
    ]);
  });

  it("a host without an address, whose listener takes every connection to the port", async () => {
    makeKnown("3600s", "shop/none", "0.0.0.0");
    doctor.mesh.cluster = {};
    doctor.mesh.metadata = { IDLE_TIMEOUT: "1h" };
    assert.deepEqual(await findings("10.9.9.9:6379"), [
      `listener 0.0.0.0_6379 takes connections to every address on port 6379 as ones to ${HOST}, which has ` +
        `no address of its own in the mesh; give the ServiceEntry of ${HOST} addresses if they are not meant for it`,
    ]);
  });

  it("a mesh that allows no unknown hosts", async () => {
    doctor.mesh.listeners = dump(virtualOutbound({ cluster: "BlackHoleCluster" }));
    assert.deepEqual(await findings(), [
      "10.0.0.5:6379: the mesh allows no hosts that it does not know, so that the sidecar closes connections at " +
        "once; make the host known with a ServiceEntry",
    ]);
  });
});
