import assert from "node:assert/strict";

import { COMPARISON_HEADER, comparisonRow } from "../../cli/comparison.ts";
import { disconnectSeconds, summaryLines } from "../../cli/summary.ts";
import { control, measurement, runRecord } from "./records.ts";

const ENVOY_DEFAULT = {
  ...runRecord().effective,
  idleTimeoutMs: 3_600_000,
  source: "envoy-default",
} as const;

describe("summary", () => {
  it("gives the seconds of a close to the ms, and null for what is still open", () => {
    assert.deepEqual(disconnectSeconds(runRecord()), { withSidecar: 10.002, withoutSidecar: null });
  });

  it("gives the first sample of several, and null where there is none", () => {
    const samples = [measurement({ heldMs: 7000 }), measurement({ heldMs: 8000 })];
    assert.deepEqual(disconnectSeconds(runRecord({ samples })), {
      withSidecar: 7,
      withoutSidecar: null,
    });
  });

  it("says who closed, when and why", () => {
    assert.deepEqual(summaryLines(runRecord()), [
      "endpoint 10.0.0.5:6379, timeout 10s, run 1-a",
      "effective idle timeout: 10s at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster PassthroughCluster",
      "with sidecar: closed after 10.002 s (FIN), proxy: 10.001 s, tcp_session_idle_timeout",
      "without sidecar: open for >= 14 s (lower bound)",
    ]);
  });

  it("shows every note at its place", () => {
    const record = runRecord({
      effective: ENVOY_DEFAULT,
      timeout: "default",
      samples: [
        measurement({ end: "reset", error: "ECONNRESET", proxy: null, notes: ["no entry"] }),
        control({ end: "error", error: "ETIMEDOUT", notes: ["the server sent data"] }),
      ],
      notes: ["the connection without a sidecar ended too"],
    });
    assert.deepEqual(summaryLines(record).slice(1), [
      "effective idle timeout: 1h (Envoy's default) at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster PassthroughCluster",
      "with sidecar: closed after 10.002 s (RST)",
      "  note: no entry",
      "without sidecar: closed after 14.000 s (ETIMEDOUT)",
      "  note: the server sent data",
      "note: the connection without a sidecar ended too",
    ]);
  });
});

describe("comparison", () => {
  it("has a cell for each title", () => {
    const row = comparisonRow("10s", runRecord());
    assert.equal(row.length, COMPARISON_HEADER.length);
    assert.deepEqual(row, [
      "10s",
      "10s",
      "10s",
      "10.002 s (FIN)",
      "10.001 s",
      "tcp_session_idle_timeout",
      "open >= 14 s",
    ]);
  });

  it("leaves the proxy's word out where the probe closed the connection itself", () => {
    const samples = [measurement({ end: "open", heldMs: 120_000.9 }), control()];
    const record = runRecord({ samples, timeout: "default", effective: ENVOY_DEFAULT });
    assert.deepEqual(comparisonRow("default", record), [
      "default",
      "default",
      "1h (Envoy's default)",
      "open >= 120 s",
      "-",
      "-",
      "open >= 14 s",
    ]);
  });

  it("shows never for a timeout that is off, and a dash for what is missing", () => {
    const effective = { ...runRecord().effective, idleTimeoutMs: 0 };
    const record = runRecord({
      effective,
      timeout: "off",
      samples: [measurement({ proxy: null })],
    });
    assert.deepEqual(comparisonRow("off", record).slice(2), [
      "never",
      "10.002 s (FIN)",
      "-",
      "-",
      "-",
    ]);
  });
});
