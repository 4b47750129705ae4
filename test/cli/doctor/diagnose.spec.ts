import assert from "node:assert/strict";
import fc from "fast-check";
import { diagnose } from "../../../cli/doctor/diagnose.ts";
import type { Carriage, Diagnosis } from "../../../cli/doctor/diagnosis.ts";
import { describeFinding } from "../../../cli/doctor/findings/finding.ts";
import { diagnosisRecord, renderDiagnosis } from "../../../cli/doctor/report.ts";
import { describeSource } from "../../../cli/doctor/sources/settings.ts";
import { parseEndpoint } from "../../../model/endpoint.ts";
import {
  address,
  dump,
  dynamicListener,
  httpConnectionManager,
  tcpProxy,
  virtualOutbound,
} from "../listeners.ts";
import { FakeMesh, idleFilter, idlePolicy, rule } from "./fakeMesh.ts";

const FORBIDDEN = "Error from server (Forbidden): no";
const HOST = "redis.example.com";
const CLUSTER = `outbound|6379||${HOST}`;

/** istiod's answer, whose fields are in camel case. */
function istiodDump(idleTimeout: string): string {
  const type = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
  const typedConfig = { "@type": type, cluster: "PassthroughCluster", idleTimeout };
  const filters = [{ name: "envoy.filters.network.tcp_proxy", typedConfig }];
  const listener = { name: "virtualOutbound", filterChains: [{ name: "catchall", filters }] };
  const dynamicListeners = [{ name: "virtualOutbound", activeState: { listener } }];
  return JSON.stringify({ configs: [{ dynamicListeners }] });
}

describe("the doctor", () => {
  let mesh: FakeMesh;

  beforeEach(() => {
    mesh = new FakeMesh();
  });

  const ask = (endpoint = "10.0.0.5:6379"): Promise<Diagnosis> =>
    diagnose(mesh.kubectl, { namespace: "shop", pod: "web-0", endpoint: parseEndpoint(endpoint) });

  const carriageTo = async (endpoint?: string): Promise<Carriage> => {
    const { way } = await ask(endpoint);
    assert.ok(way.kind === "sidecar", JSON.stringify(way));
    return way.carriage;
  };

  const setBy = async (endpoint?: string): Promise<string | undefined> => {
    const source = (await carriageTo(endpoint)).setBy;
    return source && describeSource(source);
  };

  const findings = async (endpoint?: string): Promise<string[]> =>
    (await ask(endpoint)).findings.map(describeFinding);

  const apply = (idle_timeout?: string): void => {
    mesh.listeners = dump(virtualOutbound(idle_timeout === undefined ? {} : { idle_timeout }));
  };

  /** A listener and a cluster of the endpoint's own, with a DestinationRule that istiod chose. */
  const makeKnown = (idle_timeout: string, chosen = "shop/redis", ip = "10.0.0.5"): void => {
    const listener = {
      name: `${ip}_6379`,
      address: address(ip, 6379),
      filter_chains: [{ filters: [tcpProxy({ idle_timeout, cluster: CLUSTER })] }],
    };
    mesh.listeners = dump(dynamicListener(listener), virtualOutbound());
    const [namespace, name] = chosen.split("/");
    const config = `/apis/networking.istio.io/v1/namespaces/${namespace}/destination-rule/${name}`;
    mesh.cluster = { metadata: { filter_metadata: { istio: { config } } } };
  };

  describe("names what sets the idle timeout", () => {
    it("Envoy, where nothing does", async () => {
      assert.equal(await setBy(), "Envoy's default");
      assert.deepEqual(await findings(), []);
    });

    it("an EnvoyFilter by its name", async () => {
      apply("10s");
      mesh.filters = [idleFilter("shop/ten", "10s", { labels: { app: "web" } })];
      assert.equal(await setBy(), "EnvoyFilter shop/ten");
      assert.deepEqual(await findings(), []);
    });

    it("an EnvoyFilter of the root namespace", async () => {
      apply("10s");
      mesh.filters = [idleFilter("istio-system/mesh", "10s")];
      assert.equal(await setBy(), "EnvoyFilter istio-system/mesh of the root namespace");
    });

    it("the root namespace's where istiod is in another one", async () => {
      apply("10s");
      mesh.metadata = { PROXY_CONFIG: { discoveryAddress: "istiod-1-30.mesh.svc:15012" } };
      mesh.filters = [idleFilter("mesh/all", "10s"), idleFilter("istio-system/old", "20s")];
      assert.equal(await setBy(), "EnvoyFilter mesh/all of the root namespace");
    });

    it("a root namespace that the mesh's settings name", async () => {
      apply("10s");
      mesh.meshConfig = 'trustDomain: x\nrootNamespace: "config" # ours\n';
      mesh.filters = [idleFilter("config/all", "10s"), idleFilter("istio-system/old", "20s")];
      assert.equal(await setBy(), "EnvoyFilter config/all of the root namespace");
    });

    it("a filter that writes a Go duration, as istiod reads it", async () => {
      apply("86400s");
      mesh.filters = [idleFilter("shop/day", "24h")];
      assert.equal(await setBy(), "EnvoyFilter shop/day");
      assert.deepEqual(await findings(), []);
    });

    it("but not a REPLACE that names no filter, which istiod passes over", async () => {
      const replace = idleFilter("shop/replace", "7s");
      const [patch] = replace.spec!.configPatches!;
      patch!.patch!.operation = "REPLACE";
      delete patch!.match!.listener!.filterChain;
      mesh.filters = [replace];
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
      mesh.filters = [old];
      assert.equal(await setBy(), "Envoy's default");
      assert.deepEqual(await findings(), [
        `EnvoyFilter shop/v2: istiod does not know its type ${type} and skips the patch; write ` +
          "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
      ]);
    });

    it("nor a filter whose type is no text at all", async () => {
      const odd = idleFilter("shop/odd", "7s");
      odd.spec!.configPatches![0]!.patch!.value!.typed_config!["@type"] = 7;
      mesh.filters = [odd];
      assert.equal(await setBy(), "Envoy's default");
    });

    it("a DestinationRule that holds for this pod, not one for other pods", async () => {
      makeKnown("6s", "shop/all");
      mesh.rules = [
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
      mesh.rules = [
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
      mesh.filters = [filter];
      assert.equal(await setBy(), "EnvoyFilter shop/camel");
    });

    it("a filter that merges null does not", async () => {
      mesh.filters = [idleFilter("shop/remove", null)];
      assert.equal(await setBy(), "Envoy's default");
      assert.deepEqual(await findings(), []);
    });

    it("the sidecar's own metadata", async () => {
      apply("86400s");
      mesh.metadata = { IDLE_TIMEOUT: "24h" };
      assert.equal(await setBy(), "ISTIO_META_IDLE_TIMEOUT=24h");
    });

    it("a DestinationRule before the metadata", async () => {
      makeKnown("6s");
      mesh.metadata = { IDLE_TIMEOUT: "24h" };
      mesh.rules = [rule("shop/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
      assert.equal(await setBy(), "DestinationRule shop/redis");
      assert.deepEqual(await findings(), [
        "the idle timeout is set 2 times, in this order, and the last one wins: ISTIO_META_IDLE_TIMEOUT=24h, " +
          "DestinationRule shop/redis (6s); remove what is not wanted",
      ]);
    });

    it("a DestinationRule of another namespace", async () => {
      makeKnown("6s", "data/redis");
      mesh.rules = [rule("data/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
      assert.equal(await setBy(), "DestinationRule data/redis");
    });

    it("the DestinationRule that gives the merged one its policy", async () => {
      makeKnown("6s", "shop/subsets");
      mesh.rules = [
        rule("shop/subsets", HOST, { subsets: [{ name: "v1" }] }),
        rule("shop/late", HOST, { trafficPolicy: idlePolicy("9s") }, "2026-03-01T00:00:00Z"),
        rule("shop/early", HOST, { trafficPolicy: idlePolicy("6s") }, "2026-02-01T00:00:00Z"),
        rule("shop/other", "other", { trafficPolicy: idlePolicy("5s") }),
      ];
      assert.equal(await setBy(), "DestinationRule shop/early");
    });

    it("a filter before a DestinationRule", async () => {
      makeKnown("7s");
      mesh.rules = [rule("shop/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
      mesh.filters = [idleFilter("shop/port", "7s", { port: 6379 })];
      assert.equal(await setBy(), "EnvoyFilter shop/port");
    });

    it("a filter that replaces tcp_proxy, and merges after it", async () => {
      apply("7s");
      mesh.metadata = { IDLE_TIMEOUT: "24h" };
      const replace = idleFilter("shop/replace", "7s", { priority: 5 });
      replace.spec!.configPatches![0]!.patch!.operation = "REPLACE";
      mesh.filters = [replace];
      assert.equal(await setBy(), "EnvoyFilter shop/replace");
      assert.deepEqual(await findings(), []);
      apply("8s");
      mesh.filters = [replace, idleFilter("shop/merge", "8s")];
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
          mesh.filters = settings.map(({ root, priority, seconds }, place) =>
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

  describe("says what can't work", () => {
    for (const [value, advice] of [
      ["1d", "24h"],
      ["30 s", "30s"],
      ["30", "24h"],
      ["2 days", "48h"],
    ] as const) {
      it(`metadata ${JSON.stringify(value)}`, async () => {
        mesh.metadata = { IDLE_TIMEOUT: value };
        assert.equal(await setBy(), "Envoy's default");
        assert.deepEqual(await findings(), [
          `ISTIO_META_IDLE_TIMEOUT=${value}: istiod can't read it and ignores it without a warning: it is no ` +
            `Go duration; write ${advice}, and restart the pod`,
        ]);
      });
    }

    it("metadata of a release that takes no notice of it for unknown hosts", async () => {
      mesh.istioVersion = "1.13.9";
      mesh.metadata = { IDLE_TIMEOUT: "24h" };
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
        mesh.istioVersion = release;
        apply("0s");
        assert.equal(await setBy(), source);
      });
    }

    it("an idleTimeout that the listener does not read", async () => {
      makeKnown("6s");
      mesh.rules = [
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
      mesh.names = { [HOST]: ["10.0.0.5"] };
      mesh.rules = [rule("shop/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
      assert.deepEqual(await findings(`${HOST}:6379`), [
        `DestinationRule shop/redis: it is for ${HOST}, but connections go to PassthroughCluster, to which no ` +
          "DestinationRule applies; make the host known with a ServiceEntry that has this address and port",
      ]);
    });

    it("a filter by port where the connection has none", async () => {
      mesh.filters = [idleFilter("shop/port", "24h", { port: 6379 })];
      assert.deepEqual(await findings(), [
        "EnvoyFilter shop/port: its idle_timeout 24h has no effect here: it is matched by portNumber 6379, which " +
          "never reaches PassthroughCluster: the filter chain that carries the connection has no port of its own; " +
          "take portNumber out of its match, or make the host known with a ServiceEntry and use a " +
          "DestinationRule's connectionPool.tcp.idleTimeout",
      ]);
    });

    it("but not a filter that is meant for another port or for other pods", async () => {
      mesh.filters = [
        idleFilter("shop/mysql", "24h", { port: 3306 }),
        idleFilter("shop/theirs", "24h", { labels: { app: "worker" } }),
      ];
      assert.deepEqual(await findings(), []);
    });

    it("a filter that asks for a label that the pod has not", async () => {
      mesh.filters = [idleFilter("shop/typo", "24h", { labels: { app: "web", name: "web" } })];
      assert.deepEqual(await findings(), [
        "EnvoyFilter shop/typo: its workloadSelector does not select the pod, which has not name=web; correct it, " +
          "or the labels in the workload's pod template, if it is meant for this pod",
      ]);
    });

    it("a filter whose value istiod can't read", async () => {
      mesh.filters = [idleFilter("shop/days", "1d")];
      assert.deepEqual(await findings(), [
        'EnvoyFilter shop/days: istiod can\'t read its idle_timeout "1d" and skips the patch; write "24h"',
      ]);
    });

    it("a filter that adds another tcp_proxy", async () => {
      const filter = idleFilter("shop/add", "10s");
      filter.spec!.configPatches![0]!.patch!.operation = "INSERT_BEFORE";
      mesh.filters = [filter];
      assert.deepEqual(await findings(), [
        "EnvoyFilter shop/add: its operation INSERT_BEFORE does not change the tcp_proxy that is there, and Envoy " +
          "rejects a filter chain that has two; use the operation MERGE",
      ]);
    });

    it("configuration that the sidecar rejected", async () => {
      mesh.listeners = dump(virtualOutbound({}, { error_state: { details: "no such operator" } }));
      mesh.filters = [idleFilter("shop/ten", "10s")];
      assert.equal(await setBy(), undefined);
      assert.deepEqual(await findings(), [
        "the sidecar rejected istiod's latest configuration of listener virtualOutbound and goes on with an older " +
          "one: no such operator; correct or remove the EnvoyFilter that brings that in",
      ]);
    });

    describe("a timeout that the objects don't explain", () => {
      const LOOKED_AT =
        "(1 EnvoyFilter, 0 DestinationRule, 0 ServiceEntry, 0 Sidecar, 0 ProxyConfig)";
      const UNEXPLAINED =
        "the 20s that the sidecar applies is not explained by the objects looked at, which add up to EnvoyFilter " +
        `shop/ten (10s) ${LOOKED_AT}`;

      beforeEach(() => {
        apply("20s");
        mesh.filters = [idleFilter("shop/ten", "10s")];
      });

      it("without a word against istiod, which could not be asked", async () => {
        assert.equal(await setBy(), undefined);
        assert.deepEqual(await findings(), [
          `${UNEXPLAINED}; look at what could not be looked at here; istiod could not be asked what it sends this ` +
            "sidecar",
        ]);
      });

      it("nor where istiod sends just that", async () => {
        mesh.istiod = istiodDump("20s");
        assert.deepEqual(await findings(), [
          `${UNEXPLAINED}; istiod's own answer for this sidecar is the same; look for an object that is not listed ` +
            "here, or a setting of istiod itself",
        ]);
      });

      it("but where istiod itself sends another", async () => {
        mesh.istiod = istiodDump("10s");
        const { findings: found } = await ask();
        assert.deepEqual(
          found.map(({ code }) => code),
          ["IIT061"],
        );
        assert.deepEqual(found.map(describeFinding), [
          "the sidecar applies 20s, and istiod's own answer for it is another (10s); look again in a few seconds; " +
            "if it stays so, see istioctl proxy-status and istiod's log",
        ]);
      });

      it("and names a filter of which it can't be told whether it has an effect", async () => {
        mesh.filters[0]!.spec!.configPatches![0]!.match!.proxy = { proxyVersion: "^1[.](?!29)" };
        assert.deepEqual(await findings(), [
          "the 20s that the sidecar applies is not explained by the objects looked at, which set no idle timeout " +
            `${LOOKED_AT}; whether EnvoyFilter shop/ten has an effect could not be told; look at what could not be ` +
            "looked at here; istiod could not be asked what it sends this sidecar",
        ]);
      });
    });

    it("a cluster that the sidecar has not", async () => {
      mesh.listeners = dump(virtualOutbound({ idle_timeout: "10s", cluster: "outbound|80||" }));
      mesh.missingClusters = ["outbound|80||"];
      mesh.filters = [idleFilter("shop/ten", "10s")];
      const { configPatches } = mesh.filters[0]!.spec!;
      Object.assign(configPatches![0]!.patch!.value!.typed_config!, { cluster: "outbound|80||" });
      assert.deepEqual(await findings(), [
        'EnvoyFilter shop/ten: it names cluster "outbound|80||", which the sidecar has not, so that it closes every ' +
          "connection at once; leave nothing in its typed_config but @type and idle_timeout",
      ]);
    });

    it("an annotation without its prefix", async () => {
      mesh.annotations = { excludeOutboundPorts: "6379" };
      assert.deepEqual(await findings(), [
        "Pod shop/web-0: nothing reads its annotation excludeOutboundPorts without its prefix; write " +
          "traffic.sidecar.istio.io/excludeOutboundPorts in the workload's pod template",
      ]);
    });

    it("a host without an address, whose listener takes every connection to the port", async () => {
      makeKnown("3600s", "shop/none", "0.0.0.0");
      mesh.cluster = {};
      mesh.metadata = { IDLE_TIMEOUT: "1h" };
      assert.deepEqual(await findings("10.9.9.9:6379"), [
        `listener 0.0.0.0_6379 takes connections to every address on port 6379 as ones to ${HOST}, which has ` +
          `no address of its own in the mesh; give the ServiceEntry of ${HOST} addresses if they are not meant for it`,
      ]);
    });

    it("a mesh that allows no unknown hosts", async () => {
      mesh.listeners = dump(virtualOutbound({ cluster: "BlackHoleCluster" }));
      assert.deepEqual(await findings(), [
        "10.0.0.5:6379: the mesh allows no hosts that it does not know, so that the sidecar closes connections at " +
          "once; make the host known with a ServiceEntry",
      ]);
    });
  });

  describe("finds no idle timeout", () => {
    it("in a pod without a sidecar", async () => {
      mesh.containers = ["web"];
      assert.deepEqual((await ask()).way, { kind: "past", reason: "the pod has no sidecar" });
    });

    it("in a pod of an ambient mesh", async () => {
      mesh.containers = ["web"];
      mesh.annotations = { "ambient.istio.io/redirection": "enabled" };
      const reason =
        "ztunnel of an ambient mesh carries them, and a waypoint where the Service has one; neither is asked";
      assert.deepEqual((await ask()).way, { kind: "other", reason });
    });

    it("past the sidecar", async () => {
      mesh.annotations = { "traffic.sidecar.istio.io/excludeOutboundPorts": "6379" };
      const reason = 'traffic.sidecar.istio.io/excludeOutboundPorts is "6379"';
      assert.deepEqual((await ask()).way, { kind: "past", reason });
    });

    it("of TCP where the connection is carried as HTTP", async () => {
      const listener = {
        name: "0.0.0.0_6379",
        address: address("0.0.0.0", 6379),
        filter_chains: [{ filters: [httpConnectionManager()] }],
      };
      mesh.listeners = dump(dynamicListener(listener), virtualOutbound());
      const { way } = await ask();
      assert.ok(way.kind === "other");
      assert.match(
        way.reason,
        /hands 10\.0\.0\.5:6379 to envoy\.filters\.network\.http_connection_manager/,
      );
    });

    it("in a sidecar that is being configured", async () => {
      mesh.listeners = dump();
      assert.deepEqual((await ask()).way, {
        kind: "other",
        reason:
          "the sidecar is not ready: it has no listener for the endpoint yet; look again in a few seconds",
      });
    });
  });

  describe("finds the address of a name", () => {
    it("by the listener of a known host, also by its short name", async () => {
      makeKnown("6s");
      assert.equal((await ask(`${HOST.toUpperCase()}.:6379`)).address, "10.0.0.5");
      const cluster = "outbound|6379||redis.shop.svc.cluster.local";
      const listener = {
        name: "10.96.0.9_6379",
        address: address("10.96.0.9", 6379),
        filter_chains: [{ filters: [tcpProxy({ cluster })] }],
      };
      mesh.listeners = dump(dynamicListener(listener), virtualOutbound());
      for (const name of [
        "redis",
        "redis.shop",
        "redis.shop.svc",
        "redis.shop.svc.cluster.local",
      ]) {
        assert.equal((await ask(`${name}:6379`)).address, "10.96.0.9");
      }
    });

    it("by resolving it in the sidecar's container, and says so when it has several", async () => {
      mesh.names = { [HOST]: ["10.0.0.5", "10.0.0.6"] };
      const { address, findings: found } = await ask(`${HOST}:6379`);
      assert.equal(address, "10.0.0.5");
      assert.deepEqual(found.map(describeFinding), [
        `${HOST} has 2 addresses (10.0.0.5, 10.0.0.6); all are carried alike; nothing has to be done`,
      ]);
    });

    it("or asks for it", async () => {
      await assert.rejects(ask(`${HOST}:6379`), {
        message:
          `${HOST}:6379: the sidecar has no address for the host and its container can't resolve it; give the ` +
          "address that the application connects to: --endpoint ADDRESS:6379",
      });
    });
  });

  describe("with fewer rights", () => {
    it("says what it could not look at, and names nothing that it does not know", async () => {
      apply("10s");
      mesh.failure = (command) => (command.includes("envoyfilters") ? FORBIDDEN : undefined);
      const { unseen, way, findings: found } = await ask();
      assert.deepEqual(unseen, [
        "envoyfilters in namespace shop (you may not list them)",
        "envoyfilters in namespace istio-system (you may not list them)",
      ]);
      assert.equal(way.kind === "sidecar" && way.carriage.setBy, undefined);
      assert.deepEqual(
        found.map(({ code }) => code),
        ["IIT060"],
      );
    });

    it("takes the DestinationRule that the cluster names for what sets it", async () => {
      makeKnown("6s");
      mesh.failure = (command) => (command.includes("destinationrules") ? FORBIDDEN : undefined);
      assert.equal(await setBy(), "DestinationRule shop/redis");
    });

    for (const [what, command, message] of [
      ["the pod", "get pod", "pod shop/web-0: you may not look at it"],
      [
        "its sidecar",
        "exec",
        "pod shop/web-0: its sidecar can't be asked: you may not exec into it",
      ],
    ] as const) {
      it(`says who can give the right to look at ${what}`, async () => {
        mesh.failure = (given) => (given.startsWith(command) ? FORBIDDEN : undefined);
        await assert.rejects(ask(), {
          message:
            `${message}; have an administrator apply docs/rbac.yaml and bind its role ` +
            "istio-idle-timeout-doctor to you",
        });
      });
    }
  });

  it("says of a pod that is not there where to look for one", async () => {
    mesh.failure = () => 'Error from server (NotFound): pods "web-0" not found';
    await assert.rejects(ask(), {
      message: "pod shop/web-0: it does not exist; see kubectl get pods --namespace shop",
    });
  });

  it("says of a pod that has ended to name another", async () => {
    mesh.phase = "Succeeded";
    await assert.rejects(ask(), {
      message: "pod shop/web-0: it is Succeeded; name one that is Running",
    });
  });

  it("only looks", async () => {
    mesh.names = { [HOST]: ["10.0.0.5"] };
    await ask(`${HOST}:6379`);
    const looks =
      /^(get |exec web-0 --container istio-proxy -- (pilot-agent request GET |getent ahosts ))/;
    for (const command of mesh.commands) {
      assert.match(command, looks);
    }
  });

  describe("reports", () => {
    beforeEach(() => {
      makeKnown("6s");
      mesh.rules = [rule("shop/redis", HOST, { trafficPolicy: idlePolicy("6s") })];
      mesh.cluster = {
        ...mesh.cluster,
        upstream_connection_options: {
          tcp_keepalive: { keepalive_time: 20, keepalive_interval: 5 },
        },
      };
      mesh.annotations = { excludeOutboundPorts: "1" };
      mesh.failure = (command) => (command.includes("istio-system") ? FORBIDDEN : undefined);
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
});
