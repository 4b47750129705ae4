import assert from "node:assert/strict";
import fc from "fast-check";
import type {
  ConnectionEnd,
  Measurement,
  ProxyEvidence,
  RunRecord,
} from "../../app/probe/record.ts";
import { DRAIN_CLOSE_REASONS, IDLE_CLOSE_REASON } from "../../cli/closeReasons.ts";
import { CAUSE_NAMES, runVerdict } from "../../cli/verdict.ts";
import type { Cause, Verdict } from "../../cli/verdict.ts";
import { control, measurement, runRecord } from "./records.ts";

const IDLE: ProxyEvidence = {
  durationMs: 10_001,
  responseFlags: "-",
  closeReason: IDLE_CLOSE_REASON,
  upstreamClose: "Normal",
  upstreamCluster: "PassthroughCluster",
};

/** The verdict on a run of which one thing is different. */
function verdict(
  subject: Partial<Measurement>,
  other: Partial<Measurement> = {},
  run: Partial<RunRecord> = {},
): Verdict {
  return runVerdict(runRecord({ samples: [measurement(subject), control(other)], ...run }));
}

/** A connection about which the sidecar's log says something else. */
function logged(changes: Partial<ProxyEvidence>): Partial<Measurement> {
  return { proxy: { ...IDLE, ...changes } };
}

describe("verdict", () => {
  it("blames the idle timeout, with all that this stands on", () => {
    assert.deepEqual(verdict({}), {
      cause: "idleTimeout",
      sentence:
        "The sidecar closed the connection, because nothing was sent for its idle timeout of 10s.",
      evidence: [
        "with sidecar: closed after 10.002 s (FIN)",
        "effective idle timeout: 10s",
        "sidecar's log: 10.001 s, flags -, close reason tcp_session_idle_timeout, endpoint's close Normal",
        "without sidecar: open for >= 14 s (lower bound)",
      ],
    });
  });

  const causes: [string, Cause, RegExp, Partial<Measurement>, Partial<Measurement>?][] = [
    [
      "a connection that reached its greatest duration",
      "maxConnectionDuration",
      /greatest duration \(maxConnectionDuration\), idle or not/,
      logged({ closeReason: "max_connection_duration_reached", responseFlags: "DT" }),
    ],
    [
      "a drained configuration, although that makes the figure void",
      "configDrain",
      /its configuration changed/,
      {
        ...logged({ closeReason: "filter_chain_is_being_removed" }),
        voidReasons: ["the filter chain was replaced while the connection was held"],
      },
    ],
    [
      "a server that closed in order, in both pods",
      "serverClosed",
      /^The endpoint closed the connection \(Normal\), not the sidecar/,
      logged({ closeReason: null }),
      { end: "fin", heldMs: 10_000 },
    ],
    [
      "a server that reset it",
      "serverClosed",
      /\(RemoteReset\)/,
      { ...logged({ closeReason: null, upstreamClose: "RemoteReset" }), end: "reset" },
    ],
    [
      "an endpoint that the sidecar can't reach",
      "unreachable",
      /could not reach the endpoint \(UF,URX\)/,
      logged({ closeReason: "x", responseFlags: "UF,URX" }),
    ],
    [
      "the pod's own network",
      "error",
      /\(ETIMEDOUT\)/,
      { end: "error", error: "ETIMEDOUT", proxy: null },
    ],
    [
      "a reason nobody knows",
      "unknown",
      /another reason: sunspots/,
      logged({ closeReason: "sunspots" }),
    ],
    ["nobody without the sidecar's word", "unknown", /word on why is missing/, { proxy: null }],
    [
      "nobody while it is held",
      "running",
      /the measurement goes on/,
      { end: "open", heldMs: 8000, proxy: null, running: true },
      { heldMs: 8000, running: true },
    ],
    [
      "nobody while it is open",
      "stillOpen",
      /says nothing about later/,
      { end: "open", heldMs: 14_000, proxy: null },
    ],
    [
      "something else where the control dropped as well",
      "droppedWithoutSidecarToo",
      /something other than the sidecar/,
      {},
      { end: "reset", heldMs: 12_000 },
    ],
    [
      "nobody where the figure is void",
      "void",
      /^The figure is void: the sidecar restarted\. Set run to another number/,
      { voidReasons: ["the sidecar restarted"] },
    ],
    [
      "nobody where the control is void",
      "void",
      /^The figure is void: the pod was evicted\./,
      {},
      { voidReasons: ["the pod was evicted"] },
    ],
  ];
  for (const [title, cause, sentence, subject, other] of causes) {
    it(`blames ${title}`, () => {
      const found = verdict(subject, other);
      assert.equal(found.cause, cause);
      assert.match(found.sentence, sentence);
    });
  }

  it("is void without both samples", () => {
    assert.equal(runVerdict(runRecord({ samples: [measurement()] })).cause, "void");
    assert.equal(runVerdict(runRecord({ samples: [control()] })).cause, "void");
  });

  it("blames the idle timeout only with its log entry, an open control and nothing void", () => {
    const proxy = fc.option(
      fc.record({
        durationMs: fc.nat(),
        responseFlags: fc.constantFrom("-", "DT", "UF,URX"),
        closeReason: fc.constantFrom(null, IDLE_CLOSE_REASON, ...DRAIN_CLOSE_REASONS, "other"),
        upstreamClose: fc.constantFrom(null, "Normal", "RemoteReset"),
        upstreamCluster: fc.constant("PassthroughCluster"),
      }),
    );
    const end = fc.constantFrom<ConnectionEnd[]>("fin", "reset", "error", "open");
    const voidReasons = fc.option(fc.constant<string[]>(["why"]), { nil: undefined });
    const sample = fc
      .record({ proxy, end, voidReasons })
      .map(({ voidReasons: reasons, ...rest }) => ({
        ...rest,
        ...(reasons !== undefined && { voidReasons: reasons }),
      }));
    fc.assert(
      fc.property(sample, sample, (subject, other) => {
        const found = verdict(subject, { ...other, proxy: null });
        assert.ok(found.cause in CAUSE_NAMES);
        assert.doesNotMatch(found.sentence, /\n/);
        assert.ok(found.sentence.length > 0);
        const proved =
          subject.end !== "open" &&
          subject.proxy?.closeReason === IDLE_CLOSE_REASON &&
          !subject.proxy.responseFlags.includes("UF") &&
          !("voidReasons" in subject) &&
          other.end === "open" &&
          !("voidReasons" in other);
        assert.equal(found.cause === "idleTimeout", proved);
      }),
      { numRuns: 1000 },
    );
  });
});
