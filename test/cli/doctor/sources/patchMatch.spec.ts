import assert from "node:assert/strict";
import type { PatchMatch } from "../../../../cli/doctor/mesh/istioObjects.ts";
import { missedFilter, missesOf, TCP_PROXY } from "../../../../cli/doctor/sources/patchMatch.ts";
import type { PatchTarget } from "../../../../cli/doctor/sources/patchMatch.ts";

const SIDECAR = { istioVersion: "1.30.2", metadata: { NETWORK: "west" } };

const PASSTHROUGH: PatchTarget = {
  context: "SIDECAR_OUTBOUND",
  listener: { name: "virtualOutbound", port: 15_001 },
  chain: { name: "virtualOutbound-catchall-tcp", match: {} },
  cluster: "PassthroughCluster",
  port: 6379,
  sidecar: SIDECAR,
};

const KNOWN: PatchTarget = {
  context: "SIDECAR_OUTBOUND",
  listener: { name: "10.0.0.5_6379", port: 6379 },
  chain: { name: undefined, match: {} },
  cluster: "outbound|6379||redis.example.com",
  port: 6379,
  sidecar: SIDECAR,
};

describe("a patch of an EnvoyFilter", () => {
  const reaching: [what: string, match: PatchMatch, targets: PatchTarget[]][] = [
    ["without a match", {}, [PASSTHROUGH, KNOWN]],
    ["for any context", { context: "ANY" }, [PASSTHROUGH, KNOWN]],
    [
      "for the tcp_proxy of outbound connections",
      { context: "SIDECAR_OUTBOUND", listener: { filterChain: { filter: { name: TCP_PROXY } } } },
      [PASSTHROUGH, KNOWN],
    ],
    ["for the endpoint's port", { listener: { portNumber: 6379 } }, [KNOWN]],
    ["for the listener by name", { listener: { name: "virtualOutbound" } }, [PASSTHROUGH]],
    [
      "for the filter chain by name",
      { listener: { filterChain: { name: "virtualOutbound-catchall-tcp" } } },
      [PASSTHROUGH],
    ],
    ["for the sidecar's version", { proxy: { proxyVersion: String.raw`^1\.30.*` } }, [KNOWN]],
    [
      "for the sidecar's version in Go's own syntax",
      { proxy: { proxyVersion: "(?i)^1[.]30" } },
      [KNOWN],
    ],
    ["for the sidecar's metadata", { proxy: { metadata: { NETWORK: "west" } } }, [KNOWN]],
  ];
  for (const [what, match, targets] of reaching) {
    it(`${what} reaches ${targets.map(({ cluster }) => cluster).join(" and ")}`, () => {
      for (const target of targets) {
        assert.deepEqual(missesOf(match, target), []);
      }
    });
  }

  const trapped: [what: string, match: PatchMatch, target: PatchTarget, reason: string][] = [
    [
      "by port never reaches PassthroughCluster",
      { listener: { portNumber: 6379 } },
      PASSTHROUGH,
      "it is matched by portNumber 6379, which never reaches PassthroughCluster: the filter chain that carries " +
        "the connection has no port of its own",
    ],
    [
      "by the filter chain's port neither",
      { listener: { filterChain: { destinationPort: 6379 } } },
      KNOWN,
      "it is matched by filterChain.destinationPort 6379, which never reaches " +
        "outbound|6379||redis.example.com: the filter chain that carries the connection has no port of its own",
    ],
    [
      "for another listener",
      { listener: { name: "0.0.0.0_6379" } },
      KNOWN,
      "it is for listener 0.0.0.0_6379, and 10.0.0.5_6379 carries the connection",
    ],
    [
      "for another filter chain",
      { listener: { filterChain: { name: "redis" } } },
      KNOWN,
      "it is for filter chain redis, and one without a name carries the connection",
    ],
    [
      "by SNI",
      { listener: { filterChain: { sni: "redis.example.com" } } },
      KNOWN,
      "it is matched by SNI or protocol, which the filter chain that carries the connection is not",
    ],
    [
      "for another version",
      { proxy: { proxyVersion: String.raw`^1\.29.*` } },
      PASSTHROUGH,
      String.raw`its proxyVersion "^1\\.29.*" does not match the sidecar's 1.30.2`,
    ],
    [
      "for other metadata",
      { proxy: { metadata: { NETWORK: "east" } } },
      PASSTHROUGH,
      'the sidecar\'s metadata NETWORK is not "east"',
    ],
  ];
  for (const [what, match, target, reason] of trapped) {
    it(what, () => {
      const [miss, ...more] = missesOf(match, target);
      assert.equal(miss?.reason, reason);
      assert.equal(miss.meantElsewhere, false);
      assert.deepEqual(more, []);
    });
  }

  const elsewhere: [what: string, match: PatchMatch, target: PatchTarget][] = [
    ["inbound connections", { context: "SIDECAR_INBOUND" }, PASSTHROUGH],
    ["another port", { listener: { portNumber: 3306 } }, PASSTHROUGH],
    ["another port", { listener: { portNumber: 3306 } }, KNOWN],
    ["another port", { listener: { filterChain: { destinationPort: 3306 } } }, KNOWN],
  ];
  for (const [what, match, target] of elsewhere) {
    it(`for ${what} is not meant for ${target.cluster}`, () => {
      assert.equal(missesOf(match, target)[0]?.meantElsewhere, true);
    });
  }

  it("may have a version of which it can't be told whether it matches", () => {
    for (const proxyVersion of ["(", "^1[.](?!29)", String.raw`\pN`]) {
      const [miss] = missesOf({ proxy: { proxyVersion } }, KNOWN);
      assert.equal(miss?.doubtful, true, proxyVersion);
    }
  });

  it("is for the filter that has just the name it asks for", () => {
    const named = (name?: string): PatchMatch => ({
      listener: { filterChain: { filter: name === undefined ? {} : { name } } },
    });
    assert.equal(missedFilter({}, TCP_PROXY), undefined);
    assert.equal(missedFilter(named(TCP_PROXY), TCP_PROXY), undefined);
    assert.equal(
      missedFilter(named("envoy.tcp_proxy"), TCP_PROXY)?.reason,
      "it is for network filter envoy.tcp_proxy, and istiod's is called envoy.filters.network.tcp_proxy",
    );
    assert.ok(missedFilter(named(), TCP_PROXY));
  });
});
