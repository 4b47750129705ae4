import assert from "node:assert/strict";
import {
  describeEffective,
  describeEnd,
  describeIdleTimeout,
  describeShortWindow,
  describeSpeed,
  describeUse,
  proxySeconds,
  roughly,
  seconds,
  shortEnd,
} from "../../report/text.ts";
import { runRecord } from "../cli/records.ts";

describe("words for a figure", () => {
  const { effective } = runRecord();

  it("keep every digit that was measured", () => {
    assert.equal(seconds(10_000), "10.000 s");
    assert.equal(proxySeconds(10_001), "10.001 s");
    assert.equal(proxySeconds(3_600_319, { factor: 360 }), "3600.319 s at x360");
  });

  it("round progress only", () => {
    assert.equal(roughly(14_400), "14 s");
    assert.equal(roughly(3_150_300), "52m30s");
  });

  it("name how a connection ended", () => {
    assert.equal(shortEnd({ end: "fin", heldMs: 10_001.6 }), "10.002 s (FIN)");
    assert.equal(shortEnd({ end: "error", error: "EPIPE", heldMs: 5 }), "0.005 s (EPIPE)");
    assert.equal(describeEnd({ end: "reset", heldMs: 12_000 }), "closed after 12.000 s (RST)");
  });

  it("never claim more than was waited of a connection that is open", () => {
    assert.equal(shortEnd({ end: "open", heldMs: 14_000.9 }), "open >= 14 s");
    assert.equal(describeEnd({ end: "open", heldMs: 14_000.9 }), "open for >= 14 s (lower bound)");
  });

  it("tell whether the endpoint answered on a connection that seemed to be open", () => {
    const open = { end: "open", heldMs: 14_000 } as const;
    assert.equal(
      describeEnd({ ...open, answer: "ok" }),
      "open for >= 14 s (lower bound), and the endpoint answered",
    );
    assert.equal(shortEnd({ ...open, answer: "ok" }), "open >= 14 s");
    assert.equal(
      describeEnd({ ...open, answer: "ETIMEDOUT" }),
      "open for >= 14 s (lower bound), but dead: nobody answered within 10 s",
    );
    assert.equal(shortEnd({ ...open, answer: "ECONNRESET" }), "open >= 14 s, dead");
  });

  it("never let lapsed time look like real time", () => {
    const timelapse = { factor: 360, proxyMs: 3_600_319, wallMs: 10_001 };
    assert.equal(
      shortEnd({ end: "fin", heldMs: 10_001, timelapse }),
      "3600.319 s at x360 (10.001 s of wall time, FIN)",
    );
    assert.equal(
      shortEnd({ end: "fin", heldMs: 10_001, timelapse: { ...timelapse, proxyMs: null } }),
      "? s at x360 (10.001 s of wall time, FIN)",
    );
    assert.equal(
      describeSpeed(360, 10_000),
      "; its clock runs x360, so that this takes 10.000 s of wall time",
    );
    assert.equal(describeSpeed(1, 10_000), "");
  });

  it("say where an idle timeout comes from", () => {
    assert.equal(describeIdleTimeout(effective), "10s");
    assert.equal(
      describeIdleTimeout({ ...effective, idleTimeoutMs: 3_600_000, source: "envoy-default" }),
      "1h (Envoy's default)",
    );
    assert.equal(describeIdleTimeout({ ...effective, idleTimeoutMs: 0 }), "never");
    assert.equal(
      describeIdleTimeout({ ...effective, source: "bypassed" }),
      "none, past the sidecar",
    );
    assert.equal(
      describeEffective(effective),
      "10s at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster PassthroughCluster",
    );
  });

  it("warn of a window that is too short to see the timeout", () => {
    assert.equal(describeShortWindow(10_000, 14_000), "");
    const warning = '; watched for 14s only, so that "open" is a lower bound';
    assert.equal(describeShortWindow(14_000, 14_000), warning);
    assert.equal(describeShortWindow(0, 14_000), warning);
  });

  it("tell each step of a first use", () => {
    assert.equal(describeUse({ firstWrite: "ok", read: "end" }), "write ok, read end");
    assert.equal(
      describeUse({ firstWrite: "ok", read: "end", secondWrite: "EPIPE" }),
      "write ok, read end, next write EPIPE",
    );
  });
});
