import assert from "node:assert/strict";

import { disconnectSeconds, runStatus, summaryLines } from "../../report/summary.ts";
import { control, measurement, runRecord } from "../cli/records.ts";

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
      "verdict: idle timeout. The sidecar closed the connection because nothing was sent for its idle timeout of 10s.",
    ]);
  });

  it("says that a run goes on, until when and what is known so far", () => {
    const record = runRecord({
      runningUntil: "2026-01-02T03:04:24.678Z",
      samples: [
        measurement({ end: "open", heldMs: 8003.9, proxy: null, running: true }),
        control({ heldMs: 8004, running: true }),
      ],
    });
    assert.equal(runStatus(record), "running");
    assert.equal(runStatus(runRecord()), "finished");
    assert.deepEqual(disconnectSeconds(record), { withSidecar: null, withoutSidecar: null });
    assert.deepEqual(summaryLines(record).slice(2), [
      "running in the pods until 2026-01-02T03:04:25Z at the latest; pulumi up after that, or the command collect, " +
        "tells how it ended",
      "with sidecar: running, open for >= 8.003 s (lower bound)",
      "without sidecar: running, open for >= 8.004 s (lower bound)",
      "verdict: running. The connection was open when it was last asked for, and the measurement goes on.",
    ]);
  });

  it("shows why a sample is void, beside it", () => {
    const samples = [measurement(), control({ voidReasons: ["pod x was deleted"] })];
    assert.deepEqual(summaryLines(runRecord({ samples })).slice(3), [
      "without sidecar: open for >= 14 s (lower bound)",
      "  void: pod x was deleted",
      "verdict: void. The figure is void: pod x was deleted. Set run to another number to measure again.",
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
      "verdict: network error. The network to the endpoint failed: the pod without a sidecar lost its connection too (ETIMEDOUT).",
    ]);
  });
});
