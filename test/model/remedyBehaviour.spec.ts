import assert from "node:assert/strict";
import type { EffectiveTimeout } from "../../model/record.ts";
import type { Remedy } from "../../model/remedy.ts";
import { idleTimeoutByRule, remedyNote, remedyPlan } from "../../model/remedyBehaviour.ts";
import type { RemedyPlan } from "../../model/remedyBehaviour.ts";
import { parseTimeout } from "../../model/timeout.ts";

const HOUR = 3_600_000;

describe("idleTimeoutByRule", () => {
  const byRule: [remedy: Remedy, timeout: string, port?: number, noPort?: number][] = [
    ["envoyFilter", "12s", 12_000, 12_000],
    ["envoyFilter", "default", HOUR, HOUR],
    ["envoyFilter", "off", 0, 0],
    ["envoyFilter", "asIs"],
    ["envoyFilterPort", "12s", 12_000, HOUR],
    ["envoyFilterPort", "off", 0, HOUR],
    ["envoyFilterPort", "remove", HOUR, HOUR],
    ["destinationRule", "12s", 12_000, 12_000],
    ["proxyMetadata", "24h", 24 * HOUR, 24 * HOUR],
    ["proxyMetadata", "off", 0, 0],
    ["tcpKeepalive", "default", HOUR, HOUR],
    ["tcpKeepalive", "12s", 12_000, 12_000],
    ["excludeOutboundPorts", "12s", 0, 0],
    ["excludeOutboundPorts", "default", 0, 0],
  ];
  for (const [remedy, text, port, noPort] of byRule) {
    it(`is ${port} ms for ${remedy} ${text} at a listener for the port, else ${noPort} ms`, () => {
      const variant = { remedy, timeout: parseTimeout(text) };
      assert.equal(idleTimeoutByRule(variant, true), port);
      assert.equal(idleTimeoutByRule(variant, false), noPort);
    });
  }
});

describe("remedyPlan", () => {
  const NOTHING: RemedyPlan = {
    filter: { variant: "default" },
    filterMatchesPort: false,
    connectionPool: undefined,
    proxyMetadata: {},
    excludesPort: false,
  };
  const filter = parseTimeout("13.7s");
  const plans: [remedy: Remedy, plan: Partial<RemedyPlan>][] = [
    ["envoyFilter", { filter }],
    ["envoyFilterPort", { filter, filterMatchesPort: true }],
    ["destinationRule", { connectionPool: { idleTimeout: "13.7s" } }],
    ["proxyMetadata", { proxyMetadata: { ISTIO_META_IDLE_TIMEOUT: "13.7s" } }],
    [
      "tcpKeepalive",
      { filter, connectionPool: { tcpKeepalive: { probes: 9, time: "1s", interval: "1s" } } },
    ],
    ["excludeOutboundPorts", { filter, excludesPort: true }],
  ];
  for (const [remedy, plan] of plans) {
    it(`sets or avoids the timeout once for ${remedy}`, () => {
      assert.deepEqual(remedyPlan({ remedy, timeout: filter }), { ...NOTHING, ...plan });
    });
  }

  it("writes never as 0s", () => {
    const timeout = parseTimeout("off");
    assert.deepEqual(remedyPlan({ remedy: "destinationRule", timeout }).connectionPool, {
      idleTimeout: "0s",
    });
    assert.deepEqual(remedyPlan({ remedy: "proxyMetadata", timeout }).proxyMetadata, {
      ISTIO_META_IDLE_TIMEOUT: "0s",
    });
  });
});

describe("remedyNote", () => {
  const endpoint = { host: "10.0.0.5", port: 6379 };
  const effective: EffectiveTimeout = {
    idleTimeoutMs: 12_000,
    source: "configured",
    listener: "virtualOutbound",
    filterChain: "virtualOutbound-catchall-tcp",
    cluster: "PassthroughCluster",
  };

  it("says that a filter matched by a port does not reach the listener for unknown hosts", () => {
    assert.equal(
      remedyNote("envoyFilterPort", effective, endpoint),
      "remedy envoyFilterPort: an EnvoyFilter matched by port 6379 never reaches filter chain " +
        "virtualOutbound-catchall-tcp of listener virtualOutbound, which has no port and carries what goes to " +
        "PassthroughCluster; take the port out of the match (remedy envoyFilter), or make the host known " +
        "(path serviceEntry)",
    );
    const known = { ...effective, listener: "10.0.0.5_6379" };
    assert.equal(remedyNote("envoyFilterPort", known, endpoint), undefined);
  });

  it("says that keep-alive probes do not count as traffic, where there is an idle timeout", () => {
    assert.equal(
      remedyNote("tcpKeepalive", effective, endpoint),
      "remedy tcpKeepalive: the sidecar's keep-alive probes towards the endpoint carry no data, so the idle " +
        "timeout goes on",
    );
    const never = { ...effective, idleTimeoutMs: 0 };
    assert.equal(remedyNote("tcpKeepalive", never, endpoint), undefined);
  });

  it("says nothing of the others", () => {
    const others = [
      "envoyFilter",
      "destinationRule",
      "proxyMetadata",
      "excludeOutboundPorts",
    ] as const;
    for (const remedy of others) {
      assert.equal(remedyNote(remedy, effective, endpoint), undefined, remedy);
    }
  });
});
