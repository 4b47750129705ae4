import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import type { ListenersDump } from "../../../cli/sidecar/envoyListener.ts";
import {
  listenersPath,
  parseProtobufDuration,
  readPath,
} from "../../../cli/sidecar/proxyConfig.ts";
import type { PathReading, ProxyPath } from "../../../cli/sidecar/proxyConfig.ts";
import { protobufDuration } from "../../../model/duration.ts";
import {
  address,
  dump,
  dynamicListener,
  httpConnectionManager,
  tcpProxy,
  virtualOutbound,
} from "../listeners.ts";

const DESTINATION = { address: "10.0.0.5", port: 6379 };

function read(text: string, destination = DESTINATION): PathReading {
  return readPath(JSON.parse(text) as ListenersDump, destination);
}

function pathIn(text: string, destination = DESTINATION): ProxyPath {
  const reading = read(text, destination);
  assert.ok(reading.settled, "settled");
  return reading.path;
}

/** The cluster of the chosen chain tells which one it is. */
function clusterIn(text: string, destination = DESTINATION): string {
  return pathIn(text, destination).effective.cluster;
}

describe("proxyConfig", () => {
  describe("of a sidecar of Istio 1.31", () => {
    const text = readFileSync(join(__dirname, "../fixtures/istio-1.31-listeners.json"), "utf8");

    it("is virtualOutbound's passthrough chain for a host the mesh does not know", () => {
      assert.deepEqual(pathIn(text).effective, {
        idleTimeoutMs: 3000,
        source: "configured",
        listener: "virtualOutbound",
        filterChain: "virtualOutbound-catchall-tcp",
        cluster: "PassthroughCluster",
      });
      assert.equal(pathIn(text).evidence, true);
    });

    it("is a listener of its own for a Service", () => {
      assert.deepEqual(pathIn(text, { address: "10.96.160.243", port: 6392 }).effective, {
        idleTimeoutMs: 3000,
        source: "configured",
        listener: "10.96.160.243_6392",
        filterChain: "#0",
        cluster: "outbound|6392||redis-ext.measure-t.svc.cluster.local",
      });
    });

    it("is a listener of its own for a ServiceEntry", () => {
      const { cluster, listener } = pathIn(text, { address: "10.213.0.1", port: 6377 }).effective;
      assert.deepEqual(
        { cluster, listener },
        { cluster: "outbound|6377||seven.external", listener: "10.213.0.1_6377" },
      );
    });
  });

  it("asks for the listeners of one port only", () => {
    assert.equal(
      listenersPath(6379),
      "config_dump?resource=dynamic_listeners&name_regex=virtualOutbound%7C.*_6379",
    );
  });

  describe("idle timeout", () => {
    it("is Envoy's default where none is configured", () => {
      const { idleTimeoutMs, source } = pathIn(dump(virtualOutbound())).effective;
      assert.deepEqual(
        { idleTimeoutMs, source },
        { idleTimeoutMs: 3_600_000, source: "envoy-default" },
      );
    });

    it("is never where it is 0s", () => {
      const { idleTimeoutMs, source } = pathIn(
        dump(virtualOutbound({ idle_timeout: "0s" })),
      ).effective;
      assert.deepEqual({ idleTimeoutMs, source }, { idleTimeoutMs: 0, source: "configured" });
    });

    it("is read back from protobuf's form to the same ms", () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 36_000_000_000 }), (ms) => {
          assert.equal(parseProtobufDuration(protobufDuration(ms)), ms);
        }),
      );
    });

    for (const text of ["10", "-1s", "1m", "1.s", ""]) {
      it(`can't be ${JSON.stringify(text)}`, () => {
        assert.throws(() => parseProtobufDuration(text), {
          message: `the sidecar's idle_timeout ${JSON.stringify(text)} is not a duration`,
        });
      });
    }
  });

  describe("evidence", () => {
    it("is there when our entry is in the chain's access log", () => {
      assert.equal(pathIn(dump(virtualOutbound({ evidence: true }))).evidence, true);
    });

    it("is not there when only Istio's is", () => {
      assert.equal(pathIn(dump(virtualOutbound({ evidence: false }))).evidence, false);
    });
  });

  describe("listener", () => {
    const on = (ip: string, cluster: string, more = {}) =>
      dynamicListener({
        name: `${ip}_6379`,
        address: address(ip, 6379),
        filter_chains: [{ filters: [tcpProxy({ cluster })] }],
        ...more,
      });

    it("is that of the exact address before that of the port", () => {
      const text = dump(on("0.0.0.0", "any"), on("10.0.0.5", "exact"), virtualOutbound());
      assert.equal(clusterIn(text), "exact");
    });

    it("is that of the port before virtualOutbound", () => {
      const text = dump(on("10.0.0.6", "other"), on("0.0.0.0", "any"), virtualOutbound());
      assert.equal(clusterIn(text), "any");
    });

    it("is virtualOutbound where no other fits", () => {
      assert.equal(
        clusterIn(dump(on("10.0.0.6", "other"), virtualOutbound())),
        "PassthroughCluster",
      );
    });

    it("may have the address among its additional ones", () => {
      const dual = on("240.240.0.1", "dual", {
        additional_addresses: [{ address: address("2001:db8::5", 6379) }],
      });
      const text = dump(dual, virtualOutbound());
      assert.equal(clusterIn(text, { address: "2001:db8::5", port: 6379 }), "dual");
    });
  });

  describe("filter chain", () => {
    const chain = (cluster: string, filter_chain_match?: object) => ({
      name: cluster,
      ...(filter_chain_match && { filter_chain_match }),
      filters: [tcpProxy({ cluster })],
    });
    const listener = (filter_chains: object[], default_filter_chain?: object) =>
      dump(
        dynamicListener({
          name: "0.0.0.0_6379",
          address: address("0.0.0.0", 6379),
          filter_chains,
          ...(default_filter_chain && { default_filter_chain }),
        }),
      );

    it("is the one with the longest prefix that holds the address", () => {
      const text = listener([
        chain("wide", { prefix_ranges: [{ address_prefix: "10.0.0.0", prefix_len: 8 }] }),
        chain("narrow", { prefix_ranges: [{ address_prefix: "10.0.0.5", prefix_len: 32 }] }),
        chain("other", { prefix_ranges: [{ address_prefix: "10.0.0.6", prefix_len: 32 }] }),
        chain("six", { prefix_ranges: [{ address_prefix: "::", prefix_len: 0 }] }),
      ]);
      assert.equal(clusterIn(text), "narrow");
    });

    it("is not one that waits for TLS, SNI or ALPN: the probe says nothing", () => {
      const text = listener(
        [
          chain("tls", { transport_protocol: "tls" }),
          chain("sni", { server_names: ["redis.example.com"] }),
          chain("alpn", { application_protocols: ["http/1.1", "h2c"] }),
        ],
        { name: "PassthroughFilterChain", filters: [tcpProxy()] },
      );
      assert.equal(pathIn(text).effective.filterChain, "PassthroughFilterChain");
    });

    it("has the name default where it is the unnamed default one", () => {
      const text = listener([], { filters: [tcpProxy()] });
      assert.equal(pathIn(text).effective.filterChain, "default");
    });

    it("may have other filters before tcp_proxy", () => {
      const text = listener([
        {
          filters: [
            { name: "istio.stats" },
            { name: "envoy.filters.network.mongo_proxy" },
            tcpProxy(),
          ],
        },
      ]);
      assert.equal(clusterIn(text), "PassthroughCluster");
    });

    it("may split over clusters", () => {
      const config = { ...(tcpProxy().typed_config as object), cluster: undefined };
      const weighted_clusters = { clusters: [{ name: "blue" }, { name: "green" }] };
      const text = listener([{ filters: [{ typed_config: { ...config, weighted_clusters } }] }]);
      assert.equal(clusterIn(text), "blue,green");
    });

    it("has no TCP idle timeout where it is HTTP", () => {
      assert.throws(() => pathIn(listener([{ filters: [httpConnectionManager()] }])), {
        message:
          "the sidecar's listener 0.0.0.0_6379 hands 10.0.0.5:6379 to " +
          "envoy.filters.network.http_connection_manager, not to tcp_proxy, so no TCP idle timeout applies; " +
          "use an endpoint whose port is plain TCP in the mesh",
      });
    });

    it("may be missing", () => {
      assert.throws(() => pathIn(listener([chain("tls", { transport_protocol: "tls" })])), {
        message:
          "the sidecar's listener 0.0.0.0_6379 has no filter chain for 10.0.0.5:6379, " +
          "so it refuses the connection",
      });
    });

    it("is the same whatever the order of its keys", () => {
      const reversed = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(reversed)
          : typeof value === "object" && value !== null
            ? Object.fromEntries(
                Object.entries(value)
                  .map(([key, part]) => [key, reversed(part)] as const)
                  .reverse(),
              )
            : value;
      const text = dump(virtualOutbound({ idle_timeout: "10s" }));
      const other = JSON.stringify(reversed(JSON.parse(text)));
      assert.notEqual(other, text);
      assert.equal(pathIn(other).chain, pathIn(text).chain);
      assert.notEqual(pathIn(dump(virtualOutbound())).chain, pathIn(text).chain);
    });
  });

  describe("listener filters", () => {
    const inspector = (name: string, more = {}) => ({
      name: `envoy.filters.listener.${name}`,
      ...more,
    });
    const awaited = (listener_filters: object[], listener_filters_timeout?: string) =>
      pathIn(
        dump(
          dynamicListener({
            name: "0.0.0.0_6379",
            address: address("0.0.0.0", 6379),
            default_filter_chain: { filters: [tcpProxy()] },
            listener_filters,
            ...(listener_filters_timeout !== undefined && { listener_filters_timeout }),
          }),
        ),
      ).effective.awaitFirstBytes;
    const range = (start: number, end: number) => ({
      filter_disabled: { destination_port_range: { start, end } },
    });
    const both = [
      inspector("original_dst"),
      inspector("tls_inspector"),
      inspector("http_inspector"),
    ];

    it("are told where they wait for the client's first bytes without a limit", () => {
      assert.deepEqual(awaited(both, "0s"), [
        "envoy.filters.listener.tls_inspector",
        "envoy.filters.listener.http_inspector",
      ]);
    });

    it("are not told where they give up, after Envoy's own 15 s too", () => {
      assert.equal(awaited(both, "5s"), undefined);
      assert.equal(awaited(both), undefined);
    });

    it("are not told where none inspects, or none on this port", () => {
      assert.equal(awaited([inspector("original_dst")], "0s"), undefined);
      assert.equal(awaited([inspector("tls_inspector", range(6379, 6380))], "0s"), undefined);
      assert.deepEqual(awaited([inspector("tls_inspector", range(6380, 6381))], "0s"), [
        "envoy.filters.listener.tls_inspector",
      ]);
    });
  });

  describe("not settled", () => {
    it("while there is no listener", () => {
      assert.deepEqual(read("{}"), {
        settled: false,
        reason: "it has no listener for the endpoint yet",
      });
    });

    it("while a new listener warms up, beside the old one or alone", () => {
      const warming_state = { listener: { name: "virtualOutbound" } };
      assert.deepEqual(read(dump(virtualOutbound({}, { warming_state }))), {
        settled: false,
        reason: "its listener virtualOutbound is being replaced",
      });
      assert.deepEqual(read(dump({ name: "virtualOutbound", warming_state })).settled, false);
    });
  });

  it("tells why an update was rejected, also of a listener without a name", () => {
    const error_state = { details: "Not supported field in StreamInfo: NO_SUCH_OPERATOR" };
    for (const text of [
      dump(virtualOutbound({}, { error_state })),
      dump(virtualOutbound(), { error_state }),
    ]) {
      assert.equal(read(text).rejected, error_state.details);
    }
    const elsewhere = dump(virtualOutbound(), { name: "10.0.0.6_6379", error_state });
    assert.equal(read(elsewhere).rejected, undefined);
  });
});
