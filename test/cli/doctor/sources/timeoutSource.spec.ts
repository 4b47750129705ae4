import assert from "node:assert/strict";
import fc from "fast-check";
import { askingDoctor, HOST } from "../asking.ts";
import { idleFilter, idlePolicy, rule } from "../fakeMesh.ts";

describe("the doctor names what sets the idle timeout:", () => {
  const doctor = askingDoctor();
  const { carriageTo, setBy, findings, apply, makeKnown } = doctor;

  it("Envoy, where nothing does", async () => {
    assert.equal(await setBy(), "Envoy's default");
    assert.deepEqual(await findings(), []);
  });

  it("an EnvoyFilter by its name", async () => {
    apply("10s");
    doctor.mesh.filters = [idleFilter("shop/ten", "10s", { labels: { app: "web" } })];
    assert.equal(await setBy(), "EnvoyFilter shop/ten");
    assert.deepEqual(await findings(), []);
  });

  it("an EnvoyFilter of the root namespace", async () => {
    apply("10s");
    doctor.mesh.filters = [idleFilter("istio-system/mesh", "10s")];
    assert.equal(await setBy(), "EnvoyFilter istio-system/mesh of the root namespace");
  });

  it("the root namespace's where istiod is in another one", async () => {
    apply("10s");
    doctor.mesh.metadata = { PROXY_CONFIG: { discoveryAddress: "istiod-1-30.mesh.svc:15012" } };
    doctor.mesh.filters = [idleFilter("mesh/all", "10s"), idleFilter("istio-system/old", "20s")];
    assert.equal(await setBy(), "EnvoyFilter mesh/all of the root namespace");
  });

  it("a root namespace that the mesh's settings name", async () => {
    apply("10s");
    doctor.mesh.meshConfig = 'trustDomain: x\nrootNamespace: "config" # ours\n';
    doctor.mesh.filters = [idleFilter("config/all", "10s"), idleFilter("istio-system/old", "20s")];
    assert.equal(await setBy(), "EnvoyFilter config/all of the root namespace");
  });

  it("a filter that writes a Go duration, as istiod reads it", async () => {
    apply("86400s");
    doctor.mesh.filters = [idleFilter("shop/day", "24h")];
    assert.equal(await setBy(), "EnvoyFilter shop/day");
    assert.deepEqual(await findings(), []);
  });

  it("but not a REPLACE that names no filter, which istiod passes over", async () => {
    const replace = idleFilter("shop/replace", "7s");
    const [patch] = replace.spec!.configPatches!;
    patch!.patch!.operation = "REPLACE";
    delete patch!.match!.listener!.filterChain;
    doctor.mesh.filters = [replace];
    assert.equal(await setBy(), "Envoy's default");
    assert.deepEqual(await findings(), [
      "EnvoyFilter shop/replace: its operation REPLACE is passed over: it names no filter to replace; use the " +
        "operation MERGE",
    ]);
  });

  it("nor a filter of a type that istiod does not know", async () => {
    const old = idleFilter("shop/v2", "7s");
    const type = "type.googleapis.com/envoy.config.filter.network.tcp_proxy.v2.TcpProxy";
    old.spec!.configPatches![0]!.patch!.value!.typed_config!["@type"] = type;
    doctor.mesh.filters = [old];
    assert.equal(await setBy(), "Envoy's default");
    assert.deepEqual(await findings(), [
      `EnvoyFilter shop/v2: istiod does not know its type ${type} and skips the patch; write ` +
        "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
    ]);
  });

  it("nor a filter whose type is no text at all", async () => {
    const odd = idleFilter("shop/odd", "7s");
    odd.spec!.configPatches![0]!.patch!.value!.typed_config!["@type"] = 7;
    doctor.mesh.filters = [odd];
    assert.equal(await setBy(), "Envoy's default");
  });

  it("a DestinationRule that holds for this pod, not one for other pods", async () => {
    makeKnown("6s", "shop/all");
    doctor.mesh.rules = [
      rule("shop/worker", HOST, {
        trafficPolicy: idlePolicy("9s"),
        workloadSelector: { matchLabels: { app: "worker" } },
      }),
      rule("shop/all", HOST, { trafficPolicy: idlePolicy("6s") }),
    ];
    assert.equal(await setBy(), "DestinationRule shop/all");
  });

  it("a DestinationRule that is not merged with one of another exportTo", async () => {
    makeKnown("6s", "shop/late");
    doctor.mesh.rules = [
      rule(
        "shop/late",
        HOST,
        { trafficPolicy: idlePolicy("6s"), exportTo: ["."] },
        "2026-03-01T00:00:00Z",
      ),
      rule("shop/early", HOST, { trafficPolicy: idlePolicy("9s"), exportTo: ["other", "shop"] }),
    ];
    assert.equal(await setBy(), "DestinationRule shop/late");
  });

  it("a filter that writes the field as protobuf's JSON does", async () => {
    apply("10s");
    const filter = idleFilter("shop/camel", null);
    filter.spec!.configPatches![0]!.patch!.value!.typed_config!.idleTimeout = "10s";
    doctor.mesh.filters = [filter];
    assert.equal(await setBy(), "EnvoyFilter shop/camel");
  });

  it("a filter that merges null does not", async () => {
    doctor.mesh.filters = [idleFilter("shop/remove", null)];
    assert.equal(await setBy(), "Envoy's default");
    assert.deepEqual(await findings(), []);
  });

  it("the sidecar's own metadata", async () => {
    apply("86400s");
    doctor.mesh.metadata = { IDLE_TIMEOUT: "24h" };
    assert.equal(await setBy(), "ISTIO_META_IDLE_TIMEOUT=24h");
  });

  it("a DestinationRule before the metadata", async () => {
    makeKnown("6s");
    doctor.mesh.metadata = { IDLE_TIMEOUT: "24h" };
    doctor.mesh.rules = [rule("shop/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
    assert.equal(await setBy(), "DestinationRule shop/redis");
    assert.deepEqual(await findings(), [
      "the idle timeout is set 2 times, in this order, and the last one wins: ISTIO_META_IDLE_TIMEOUT=24h, " +
        "DestinationRule shop/redis (6s); remove what is not wanted",
    ]);
  });

  it("a DestinationRule of another namespace", async () => {
    makeKnown("6s", "data/redis");
    doctor.mesh.rules = [rule("data/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
    assert.equal(await setBy(), "DestinationRule data/redis");
  });

  it("the DestinationRule that gives the merged one its policy", async () => {
    makeKnown("6s", "shop/subsets");
    doctor.mesh.rules = [
      rule("shop/subsets", HOST, { subsets: [{ name: "v1" }] }),
      rule("shop/late", HOST, { trafficPolicy: idlePolicy("9s") }, "2026-03-01T00:00:00Z"),
      rule("shop/early", HOST, { trafficPolicy: idlePolicy("6s") }, "2026-02-01T00:00:00Z"),
      rule("shop/other", "other", { trafficPolicy: idlePolicy("5s") }),
    ];
    assert.equal(await setBy(), "DestinationRule shop/early");
  });

  it("a filter before a DestinationRule", async () => {
    makeKnown("7s");
    doctor.mesh.rules = [rule("shop/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
    doctor.mesh.filters = [idleFilter("shop/port", "7s", { port: 6379 })];
    assert.equal(await setBy(), "EnvoyFilter shop/port");
  });

  it("a filter that replaces tcp_proxy, and merges after it", async () => {
    apply("7s");
    doctor.mesh.metadata = { IDLE_TIMEOUT: "24h" };
    const replace = idleFilter("shop/replace", "7s", { priority: 5 });
    replace.spec!.configPatches![0]!.patch!.operation = "REPLACE";
    doctor.mesh.filters = [replace];
    assert.equal(await setBy(), "EnvoyFilter shop/replace");
    assert.deepEqual(await findings(), []);
    apply("8s");
    doctor.mesh.filters = [replace, idleFilter("shop/merge", "8s")];
    assert.equal(await setBy(), "EnvoyFilter shop/merge");
  });

  it("is the last in order of whatever sets it", async () => {
    const setting = fc.record({
      root: fc.boolean(),
      priority: fc.integer({ min: -2, max: 2 }),
      seconds: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(setting, { minLength: 1, maxLength: 5 }), async (settings) => {
        doctor.mesh.filters = settings.map(({ root, priority, seconds }, place) =>
          idleFilter(`${root ? "istio-system" : "shop"}/f${place}`, `${seconds}s`, { priority }),
        );
        const most = Math.max(...settings.map(({ priority }) => priority));
        const top = settings
          .map((one, place) => ({ ...one, place }))
          .filter(({ priority }) => priority === most);
        const own = top.filter(({ root }) => !root);
        const winner = (own.length > 0 ? own : top).at(-1)!;
        apply(`${winner.seconds}s`);
        const { setBy: source } = await carriageTo();
        assert.equal(source?.kind === "EnvoyFilter" && source.name, `f${winner.place}`);
      }),
    );
  });
});
