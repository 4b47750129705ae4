import assert from "node:assert/strict";
import { withEvidence } from "../../../cli/drivers/sidecarLog.ts";
import type { DriverRow } from "../../../model/driverRecord.ts";
import type { EvidenceEntry } from "../../../model/istio/evidence.ts";
import { row } from "./rows.ts";

const START = "2026-01-02T03:04:05.678Z";

function entry(durationMs: number, changes: Partial<EvidenceEntry> = {}): EvidenceEntry {
  return {
    ...{ start: START, durationMs, responseFlags: "-", closeReason: null },
    ...{ source: "10.244.0.9:40001", sourcePort: 40_001 },
    ...{ destination: "10.96.0.9:3306", upstreamCluster: "PassthroughCluster" },
    ...changes,
  };
}

/** What stands beside a case's only connection, of port 40001. */
function beside(entries: readonly EvidenceEntry[]): unknown {
  const rows: DriverRow[] = [{ probe: "withSidecar", ...row() }];
  return withEvidence(rows, entries)[0]?.connections[0]?.proxy;
}

describe("the sidecar's entry of a driver's connection", () => {
  it("is the one of its port", () => {
    const other = entry(4000, { sourcePort: 40_002 });
    assert.deepEqual(beside([entry(12_003), other]), { durationMs: 12_003, closeReason: null });
    assert.equal(beside([other]), undefined);
  });

  it("is the last one of those that a mesh has the sidecar write in between, in whatever order", () => {
    const last = entry(12_003, { closeReason: "tcp_session_idle_timeout" });
    const told = { durationMs: 12_003, closeReason: "tcp_session_idle_timeout" };
    assert.deepEqual(beside([entry(5000), entry(10_000), last]), told);
    assert.deepEqual(beside([last, entry(10_000), entry(5000)]), told);
  });

  it("is none where its port was used for two connections, whose is whose not being known", () => {
    const later = entry(3000, { start: "2026-01-02T03:05:05.678Z" });
    assert.equal(beside([entry(12_003), later]), undefined);
  });
});
