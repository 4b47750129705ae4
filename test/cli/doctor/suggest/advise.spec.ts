import assert from "node:assert/strict";
import { basename } from "node:path";
import { judge } from "../../../../cli/doctor/judge.ts";
import { advise } from "../../../../cli/doctor/suggest/advise.ts";
import type { Advice } from "../../../../cli/doctor/suggest/advice.ts";
import { parseDuration } from "../../../../model/duration.ts";
import { askedBy, CASES } from "../../../cases/cases.ts";
import { dump, httpConnectionManager, virtualOutbound } from "../../listeners.ts";
import { askingDoctor, CLUSTER, HOST } from "../asking.ts";
import { idleFilter, idlePolicy, rule } from "../fakeMesh.ts";
import { adviceOf, choicesOf, outline, validate } from "./advising.ts";

const RULE = "idle-timeout-redis-example-com";
const ENTRY = "endpoint-10-0-0-5-6379-shop-internal";

describe("a suggestion", () => {
  const doctor = askingDoctor();
  const { apply, makeKnown } = doctor;

  it("for an address that the mesh does not know makes it known, with a rule of its own", async () => {
    doctor.mesh.deployment = "web";
    const advice = await adviceOf(doctor.mesh);
    assert.deepEqual(outline(advice), [
      `DestinationRule: ServiceEntry shop/${ENTRY}, DestinationRule shop/idle-timeout-${ENTRY}`,
      "EnvoyFilter: EnvoyFilter shop/idle-timeout-web",
      "annotation: kubectl patch deployment web --na",
    ]);
    const choices = choicesOf(advice);
    await validate(choices.flatMap(({ objects }) => objects));
    assert.deepEqual(
      choices[0]?.objects.map(({ spec }) => spec),
      [
        {
          hosts: ["endpoint-10-0-0-5-6379.shop.internal"],
          addresses: ["10.0.0.5"],
          ports: [{ number: 6379, name: "tcp", protocol: "TCP" }],
          location: "MESH_EXTERNAL",
          resolution: "NONE",
          exportTo: ["."],
        },
        {
          host: "endpoint-10-0-0-5-6379.shop.internal",
          workloadSelector: { matchLabels: { app: "web" } },
          trafficPolicy: { connectionPool: { tcp: { idleTimeout: "24h" } } },
          exportTo: ["."],
        },
      ],
    );
    assert.match(choices[0].about, /no restart, and open connections stay/);
    assert.match(choices[1]?.about ?? "", /those to all hosts that the mesh does not know/);
  });

  it("by a filter matches the very chain", async () => {
    const [, filter] = choicesOf(await adviceOf(doctor.mesh, "13.7s"));
    assert.deepEqual(filter?.objects[0]?.spec, {
      workloadSelector: { labels: { app: "web" } },
      configPatches: [
        {
          applyTo: "NETWORK_FILTER",
          match: {
            context: "SIDECAR_OUTBOUND",
            listener: {
              name: "virtualOutbound",
              filterChain: {
                name: "virtualOutbound-catchall-tcp",
                filter: { name: "envoy.filters.network.tcp_proxy" },
              },
            },
          },
          patch: {
            operation: "MERGE",
            value: {
              name: "envoy.filters.network.tcp_proxy",
              typed_config: {
                "@type":
                  "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                idle_timeout: "13.700s",
              },
            },
          },
        },
      ],
    });
  });

  it("for a name that the mesh does not know prefers the filter, as an entry takes the whole port", async () => {
    doctor.mesh.names = { [HOST]: ["10.0.0.5"] };
    const advice = await adviceOf(doctor.mesh, "24h", `${HOST}:6379`);
    assert.deepEqual(outline(advice), [
      "EnvoyFilter: EnvoyFilter shop/idle-timeout-web-0",
      `DestinationRule: ServiceEntry shop/redis-example-com, DestinationRule shop/${RULE}`,
    ]);
    assert.match(
      choicesOf(advice)[1]?.about ?? "",
      /every connection of the namespace to port 6379/,
    );
  });

  it("for a host that the mesh knows is a rule for it", async () => {
    makeKnown("3600s");
    doctor.mesh.cluster = {};
    assert.deepEqual(outline(await adviceOf(doctor.mesh)), [
      `DestinationRule: DestinationRule shop/${RULE}`,
      "EnvoyFilter: EnvoyFilter shop/idle-timeout-web-0",
    ]);
  });

  it("leaves everything in the rule that holds already, but for the timeout", async () => {
    makeKnown("6s");
    const tls = { mode: "SIMPLE" };
    const subsets = [{ name: "v1", labels: { version: "v1" } }];
    doctor.mesh.rules = [
      rule("shop/redis", HOST, { trafficPolicy: { ...idlePolicy("6s"), tls }, subsets } as never),
    ];
    const [first] = choicesOf(await adviceOf(doctor.mesh));
    assert.deepEqual(first?.objects, [
      {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: { name: "redis", namespace: "shop" },
        spec: { host: HOST, trafficPolicy: { ...idlePolicy("24h"), tls }, subsets },
      },
    ]);
  });

  it("makes no second rule beside one that could not be read", async () => {
    makeKnown("6s");
    doctor.mesh.rules = [];
    const advice = await adviceOf(doctor.mesh);
    assert.deepEqual(outline(advice), ["EnvoyFilter: EnvoyFilter shop/idle-timeout-web-0"]);
    assert.match(advice.proxies[0]?.unfit[0] ?? "", /^DestinationRule: one holds for the host/);
  });

  it("changes the filter that sets the timeout now, and names what it goes before", async () => {
    apply("10s");
    doctor.mesh.filters = [idleFilter("shop/ten", "10s", { labels: { app: "web" } })];
    const advice = await adviceOf(doctor.mesh);
    assert.deepEqual(outline(advice), ["EnvoyFilter: EnvoyFilter shop/ten"]);
    const [{ spec } = { spec: {} }] = choicesOf(advice)[0]?.objects ?? [];
    assert.deepEqual(spec, {
      priority: 0,
      ...idleFilter("shop/ten", "86400s", { labels: { app: "web" } }).spec,
    });
    assert.match(
      advice.proxies[0]?.unfit[0] ?? "",
      /does nothing here: EnvoyFilter shop\/ten sets the timeout after it/,
    );
  });

  it("outdoes a filter of the root namespace with its priority", async () => {
    apply("10s");
    doctor.mesh.filters = [idleFilter("istio-system/ten", "10s", { priority: 7 })];
    const advice = await adviceOf(doctor.mesh);
    assert.deepEqual(outline(advice), ["EnvoyFilter: EnvoyFilter shop/idle-timeout-web-0"]);
    const [{ spec } = { spec: {} }] = choicesOf(advice)[0]?.objects ?? [];
    assert.equal((spec as { priority?: number }).priority, 7);
  });

  it("takes no name that another object has", async () => {
    doctor.mesh.filters = [idleFilter("shop/idle-timeout-web-0", "9s", { labels: { app: "db" } })];
    const [, filter] = outline(await adviceOf(doctor.mesh));
    assert.equal(filter, "EnvoyFilter: EnvoyFilter shop/idle-timeout-web-0-2");
  });

  it("keeps what stands in the annotation, and quotes it for a shell", async () => {
    doctor.mesh.deployment = "web";
    doctor.mesh.annotations = {
      "proxy.istio.io/config": "drainDuration: 5s\nproxyMetadata:\n  NOTE: it's\n",
    };
    const { patch } = choicesOf(await adviceOf(doctor.mesh)).at(-1) ?? {};
    const value =
      '{"drainDuration":"5s","proxyMetadata":{"NOTE":"it\'s","ISTIO_META_IDLE_TIMEOUT":"24h"}}';
    assert.deepEqual(patch?.patch, {
      spec: { template: { metadata: { annotations: { "proxy.istio.io/config": value } } } },
    });
    assert.match(patch.command, /^kubectl patch deployment web --namespace shop .*it'\\''s/);
  });

  for (const [release, wanted, means] of [
    ["1.13.9", "24h", ["EnvoyFilter"]],
    ["1.20.8", "24h", ["EnvoyFilter", "annotation"]],
    ["1.23.5", "0s", ["EnvoyFilter", "annotation"]],
    ["1.23.6", "0s", ["DestinationRule", "EnvoyFilter", "annotation"]],
  ] as const) {
    it(`of ${wanted} for Istio ${release} is ${means.join(", ")}`, async () => {
      doctor.mesh.deployment = "web";
      doctor.mesh.istioVersion = release;
      const choices = choicesOf(await adviceOf(doctor.mesh, wanted));
      assert.deepEqual(
        choices.map((choice) => choice.means),
        means,
      );
    });
  }

  for (const [title, make, reason] of [
    [
      "where connections go past the sidecar",
      () => {
        doctor.mesh.annotations = { "traffic.sidecar.istio.io/excludeOutboundPorts": "6379" };
      },
      /^connections go past the sidecar, because .* is "6379": no idle timeout/,
    ],
    [
      "where the sidecar takes them as HTTP",
      () => {
        doctor.mesh.listeners = dump({
          name: "virtualOutbound",
          active_state: {
            listener: {
              name: "virtualOutbound",
              filter_chains: [{ filters: [httpConnectionManager()] }],
            },
          },
        });
      },
      /not to tcp_proxy/,
    ],
    [
      "where it is so already",
      () => {
        apply("86400s");
      },
      /^it is 24h already$/,
    ],
    [
      "where the mesh lets nothing out",
      () => {
        doctor.mesh.listeners = dump(virtualOutbound({ cluster: "BlackHoleCluster" }));
      },
      /lets nothing out/,
    ],
  ] as const) {
    it(`is nothing ${title}`, async () => {
      make();
      const { nothing, proxies } = await adviceOf(doctor.mesh);
      assert.deepEqual(proxies, []);
      assert.match(nothing ?? "", reason);
    });
  }

  it("says that nothing outdoes an override for each connection", async () => {
    const listeners = JSON.parse(dump(virtualOutbound({ cluster: CLUSTER })));
    listeners.configs[0].active_state.listener.filter_chains[1].filters.unshift({
      name: "set",
      typed_config: {
        on_new_connection: [
          {
            object_key: "envoy.tcp_proxy.per_connection_idle_timeout_ms",
            format_string: { text_format_source: { inline_string: "9000" } },
          },
        ],
      },
    });
    doctor.mesh.listeners = JSON.stringify(listeners);
    const { proxies } = await adviceOf(doctor.mesh);
    assert.deepEqual(proxies[0]?.choices, []);
    assert.match(proxies[0].unfit[0] ?? "", /gives each connection its timeout/);
  });
});

describe("a suggestion for a server in the mesh", () => {
  const recorded = async (number: string, wanted: string): Promise<Advice> => {
    const { questions, recorded: meshes } = CASES.find(({ folder }) =>
      basename(folder).startsWith(number),
    )!;
    const [mesh, asked] = [meshes[0]!, askedBy(questions[0]!)];
    return advise(mesh, asked, judge(mesh, asked), parseDuration(wanted));
  };
  const kinds = ({ proxies }: Advice): string[] =>
    proxies.map(
      ({ choices, proxy }) => `${proxy}: ${choices.map(({ means }) => means).join(", ")}`,
    );

  it("changes both sidecars where both close earlier", async () => {
    const advice = await recorded("09", "24h");
    assert.deepEqual(kinds(advice), [
      "sidecar of pod doctor-09/client: DestinationRule, EnvoyFilter",
      "sidecar of pod doctor-09/redis-0: EnvoyFilter",
    ]);
    const [server] = advice.proxies[1]?.choices[0]?.objects ?? [];
    await validate([server!]);
    const [{ match }] = (server!.spec as { configPatches: [{ match: object }] }).configPatches;
    assert.deepEqual(match, {
      context: "SIDECAR_INBOUND",
      listener: {
        name: "virtualInbound",
        filterChain: {
          destinationPort: 6379,
          filter: { name: "envoy.filters.network.tcp_proxy" },
        },
      },
    });
  });

  it("leaves the client's alone where it is right already", async () => {
    assert.deepEqual(kinds(await recorded("08", "24h")), [
      "sidecar of pod doctor-08/redis-0: EnvoyFilter",
    ]);
  });

  it("leaves the server's alone where it closes later", async () => {
    assert.deepEqual(kinds(await recorded("08", "10m")), [
      "sidecar of pod doctor-08/client: DestinationRule, EnvoyFilter",
    ]);
  });

  it("says what has to be mended before", async () => {
    const { notes } = await recorded("03", "24h");
    assert.match(notes[0] ?? "", /^IIT001: EnvoyFilter .*; nothing helps before that$/);
  });
});
