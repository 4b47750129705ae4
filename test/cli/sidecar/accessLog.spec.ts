import assert from "node:assert/strict";

import { entryMatcher } from "../../../cli/sidecar/accessLog.ts";
import { evidenceLine } from "../fakeCluster.ts";
import { measurement } from "../records.ts";

describe("access log", () => {
  it("finds the entry of a source among everything else in the log", () => {
    const log = [
      "2026-01-02T03:04:00.000000Z info Envoy proxy is ready",
      '[2026-01-02T03:04:05.678Z] "- - -" 0 - - - "-" 0 0 10001 - "-" "-" "-" "-" "10.0.0.5:6379" PassthroughCluster',
      evidenceLine({ source: "10.244.0.28:54177", duration_ms: 1 }),
      evidenceLine({ source: "10.244.0.29:54176", duration_ms: 2 }),
      evidenceLine({ duration_ms: 3 }),
      "",
    ].join("\n");
    assert.equal(entryMatcher(log)(measurement())?.durationMs, 3);
  });

  it("tells connections apart that had the same port one after the other", () => {
    const log = [
      evidenceLine({ start: "2026-01-02T03:04:03.000Z", duration_ms: 1 }),
      evidenceLine({ start: "2026-01-02T03:04:05.600Z", duration_ms: 2 }),
      evidenceLine({ start: "2026-01-02T03:04:07.000Z", duration_ms: 3 }),
    ].join("\n");
    assert.equal(entryMatcher(log)(measurement())?.durationMs, 2);
  });

  it("takes no entry of another time", () => {
    const log = evidenceLine({ start: "2026-01-02T03:03:05.678Z" });
    assert.equal(entryMatcher(log)(measurement()), undefined);
  });

  it("knows an IPv6 source", () => {
    const log = evidenceLine({ source: "[2001:db8::28]:54176" });
    const sample = measurement({ localAddress: "2001:db8::28" });
    assert.equal(entryMatcher(log)(sample)?.durationMs, 10_001);
  });
});
