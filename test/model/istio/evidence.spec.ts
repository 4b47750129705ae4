import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  EVIDENCE_VERSIONS,
  evidenceJsonFormat,
  parseEvidenceLine,
  silentJsonFormat,
} from "../../../model/istio/evidence.ts";

const entry = {
  log: "istio-idle-timeout",
  start: "2026-01-02T03:04:05.678Z",
  duration_ms: 9998,
  flags: "-",
  close_reason: "tcp_session_idle_timeout",
  upstream_close: "Normal",
  upstream_local: "10.244.0.28:54190",
  connection_id: 20,
  source: "10.244.0.28:54176",
  destination: "192.0.2.1:6379",
  upstream_cluster: "PassthroughCluster;",
};

describe("evidence access log", () => {
  it("has the fields the parser reads", () => {
    assert.deepEqual(Object.keys(evidenceJsonFormat), Object.keys(entry));
  });

  it("reads an idle close", () => {
    assert.deepEqual(parseEvidenceLine(JSON.stringify(entry)), {
      start: "2026-01-02T03:04:05.678Z",
      durationMs: 9998,
      responseFlags: "-",
      closeReason: "tcp_session_idle_timeout",
      upstreamClose: "Normal",
      upstreamLocal: "10.244.0.28:54190",
      source: "10.244.0.28:54176",
      sourcePort: 54_176,
      connectionId: "20",
      destination: "192.0.2.1:6379",
      upstreamCluster: "PassthroughCluster",
    });
  });

  it("takes `-` and null for no value, and numbers written as text", () => {
    const line = JSON.stringify({
      ...entry,
      duration_ms: "7001",
      flags: "UF",
      close_reason: "-",
      upstream_close: null,
      upstream_local: null,
    });
    const read = parseEvidenceLine(line);
    assert.ok(read);
    assert.equal(read.durationMs, 7001);
    assert.equal(read.responseFlags, "UF");
    assert.equal(read.closeReason, null);
    assert.equal(read.upstreamClose, null);
    assert.equal(read.upstreamLocal, null);
  });

  it("leaves out for older proxies what they do not know, and the parser does not make it up", () => {
    const { close_reason, upstream_close, ...older } = entry;
    assert.deepEqual(Object.keys(silentJsonFormat), Object.keys(older));
    assert.ok(close_reason && upstream_close);
    const read = parseEvidenceLine(JSON.stringify(older));
    assert.ok(read);
    assert.ok(!("closeReason" in read) && !("upstreamClose" in read));
  });

  it("does not claim that no connection came about where an entry does not tell", () => {
    const { upstream_local: told, ...older } = entry;
    const read = parseEvidenceLine(JSON.stringify(older));
    assert.ok(told && read);
    assert.ok(!("upstreamLocal" in read));
  });

  it("takes the port after an IPv6 address", () => {
    const line = JSON.stringify({ ...entry, source: "[fd00::7]:40001" });
    assert.equal(parseEvidenceLine(line)?.sourcePort, 40_001);
  });

  for (const line of [
    "",
    "info  Envoy proxy is ready",
    '[2026-01-02T03:04:05.678Z] "- - -" 0 - - - "-" 0 0 9998 - "-" "-" "-" "-" "192.0.2.1:6379"',
    JSON.stringify(entry).slice(0, -1),
    JSON.stringify({ ...entry, log: "other" }),
    JSON.stringify({ ...entry, duration_ms: null }),
    JSON.stringify({ ...entry, source: null }),
    '"istio-idle-timeout"',
  ]) {
    it(`skips ${JSON.stringify(line.slice(0, 40))}`, () => {
      assert.equal(parseEvidenceLine(line), undefined);
    });
  }

  it("never throws, whatever stands in the log", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        parseEvidenceLine(`${json}istio-idle-timeout`);
        parseEvidenceLine(`{"log":"istio-idle-timeout","source":${json}}`);
      }),
    );
  });
});

describe("EVIDENCE_VERSIONS", () => {
  for (const [version, telling] of [
    ["1.30.0", true],
    ["1.30-alpha.0123", true],
    ["1.31-dev", true],
    ["1.40", true],
    ["1.100.2", true],
    ["2.0.0", true],
    ["10.1", true],
    ["1.29.9", false],
    ["1.3.0", false],
    ["1.3", false],
    ["1.9-dev", false],
    ["0.8.0", false],
    ["master-alpha", false],
  ] as const) {
    it(`takes Istio ${version} for one that ${telling ? "tells" : "does not tell"} why it closes`, () => {
      const matches = (regex: string) => new RegExp(regex).test(version);
      assert.equal(matches(EVIDENCE_VERSIONS.telling), telling);
      assert.equal(matches(EVIDENCE_VERSIONS.silent), !telling);
    });
  }

  it("asks each release of Istio for one entry", () => {
    const part = fc.nat({ max: 300 });
    fc.assert(
      fc.property(part, part, fc.constantFrom("", ".0", "-dev"), (major, minor, rest) => {
        const { telling, silent } = EVIDENCE_VERSIONS;
        const matches = [telling, silent].filter((regex) =>
          new RegExp(regex).test(`${major}.${minor}${rest}`),
        );
        const tells = major > 1 || (major === 1 && minor >= 30);
        assert.deepEqual(matches, [tells ? telling : silent]);
      }),
    );
  });
});
