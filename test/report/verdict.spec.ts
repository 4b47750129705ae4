import assert from "node:assert/strict";
import fc from "fast-check";
import type { ConnectionEnd } from "../../app/probe/sample.ts";
import type { Measurement } from "../../model/record.ts";
import { DRAIN_CLOSE_REASONS, IDLE_CLOSE_REASON } from "../../report/closeReasons.ts";
import { CAUSE_NAMES, runVerdict } from "../../report/verdict.ts";
import { control, measurement, runRecord } from "../cli/records.ts";
import { at, counted, verdict } from "./judging.ts";

/** Whether the sidecar's entry of a connection can't be a periodic one. */
function isOfTheEnd({ proxy, heldMs }: Pick<Measurement, "proxy" | "heldMs">): boolean {
  return (
    proxy !== null &&
    (typeof proxy.closeReason === "string" ||
      typeof proxy.upstreamClose === "string" ||
      proxy.responseFlags !== "-" ||
      proxy.durationMs >= heldMs - 1000)
  );
}

describe("verdict", () => {
  it("blames the idle timeout, with all that this stands on", () => {
    assert.deepEqual(verdict({}), {
      cause: "idleTimeout",
      sentence:
        "The sidecar closed the connection because nothing was sent for its idle timeout of 10s.",
      evidence: [
        "with sidecar: closed after 10.002 s (FIN)",
        "effective idle timeout: 10s",
        "sidecar's log: 10.001 s, flags -, close reason tcp_session_idle_timeout, endpoint's close Normal",
        "without sidecar: open for >= 14 s (lower bound)",
      ],
    });
  });

  it("is void without both samples", () => {
    assert.equal(runVerdict(runRecord({ samples: [measurement()] })).cause, "void");
    assert.equal(runVerdict(runRecord({ samples: [control()] })).cause, "void");
  });

  it("blames the idle timeout only by the sidecar's word or count, with a living control and nothing void", () => {
    const proxy = fc.option(
      fc.record(
        {
          durationMs: fc.nat(),
          responseFlags: fc.constantFrom("-", "DT", "UF,URX", "UR"),
          closeReason: fc.constantFrom(null, IDLE_CLOSE_REASON, ...DRAIN_CLOSE_REASONS, "other"),
          upstreamClose: fc.constantFrom(null, "Normal", "RemoteReset"),
          upstreamLocal: fc.constantFrom(null, "10.244.0.28:54190"),
          upstreamCluster: fc.constant("PassthroughCluster"),
        },
        { requiredKeys: ["durationMs", "responseFlags", "upstreamCluster"] },
      ),
    );
    const heldMs = fc.constantFrom(9_400, 10_001.6, 11_500);
    const count = fc.record({
      name: fc.constant("tcp.PassthroughCluster.idle_timeout"),
      before: fc.nat({ max: 2 }),
      after: fc.nat({ max: 2 }),
      due: fc.nat({ max: 2 }),
    });
    const end = fc.constantFrom<ConnectionEnd[]>("fin", "reset", "error", "open");
    const sample = fc.record(
      {
        ...{ proxy, end, heldMs, idleTimeouts: count },
        voidReasons: fc.constant<string[]>(["why"]),
        idleLimit: fc.record({ setting: fc.constant("timeout"), ms: fc.nat() }),
        unreachableAfter: fc.constant("ETIMEDOUT"),
      },
      { requiredKeys: ["proxy", "end", "heldMs"] },
    );
    fc.assert(
      fc.property(sample, sample, (subject, other) => {
        const found = verdict(subject, { ...other, proxy: null });
        assert.deepEqual(verdict(subject, { ...other, proxy: null }), found);
        assert.ok(found.cause in CAUSE_NAMES);
        assert.doesNotMatch(found.sentence, /\n/);
        assert.ok(found.sentence.length > 0);
        const flags = subject.proxy?.responseFlags ?? "-";
        const { before = 0, after = 0, due = 0 } = subject.idleTimeouts ?? {};
        const word = subject.proxy?.closeReason === IDLE_CLOSE_REASON;
        const told = isOfTheEnd(subject) && subject.proxy?.closeReason !== undefined;
        const proved =
          subject.end !== "open" &&
          (word ||
            (!told && after > before && after - before >= due && subject.heldMs === 10_001.6)) &&
          !flags.includes("UF") &&
          !flags.includes("DT") &&
          (subject.proxy?.upstreamLocal !== null || !isOfTheEnd(subject)) &&
          !("voidReasons" in subject) &&
          other.end === "open" &&
          !("unreachableAfter" in other) &&
          !("voidReasons" in other);
        assert.equal(found.cause === "idleTimeout", proved);
        if (proved) {
          const witness = word ? `close reason ${IDLE_CLOSE_REASON}` : "sidecar's count";
          assert.ok(found.evidence.some((line) => line.includes(witness)));
          assert.equal(found.sentence.includes("counter"), !word);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("blames the endpoint only where the sidecar saw it close or nothing else can explain the end", () => {
    const proxy = fc.record(
      {
        durationMs: fc.constantFrom(3000, 10_001),
        responseFlags: fc.constantFrom("-", "UR"),
        closeReason: fc.constantFrom(null, IDLE_CLOSE_REASON, ...DRAIN_CLOSE_REASONS, "other"),
        upstreamClose: fc.constantFrom(null, "Normal", "RemoteReset"),
        upstreamLocal: fc.constant("10.244.0.28:54190"),
        upstreamCluster: fc.constant("PassthroughCluster"),
      },
      { requiredKeys: ["durationMs", "responseFlags", "upstreamCluster"] },
    );
    const sample = fc.record(
      {
        proxy: fc.option(proxy),
        end: fc.constantFrom<ConnectionEnd[]>("fin", "reset"),
        heldMs: fc.constantFrom(5000, 10_001.6),
        listenerUpdate: fc.option(
          fc.record(
            { at: fc.constant(at(3000)), drainMs: fc.constantFrom(2000, 45_000) },
            { requiredKeys: ["at"] },
          ),
        ),
        idleTimeouts: fc.constantFrom(counted(0, 0), counted(0, 1), counted(3, 1)),
      },
      { requiredKeys: ["proxy", "end", "heldMs"] },
    );
    fc.assert(
      fc.property(sample, (subject) => {
        const { cause } = verdict(subject);
        if (!["serverClosed", "serverReset", "serverLimit"].includes(cause)) {
          return;
        }
        const entry = subject.proxy;
        assert.ok(entry !== null);
        assert.ok(entry.closeReason === null || entry.closeReason === undefined);
        const seen =
          entry.responseFlags === "UR" ||
          entry.upstreamClose === "Normal" ||
          entry.upstreamClose === "RemoteReset";
        const idleRuledOut =
          entry.closeReason === null ||
          subject.idleTimeouts?.after === subject.idleTimeouts?.before;
        assert.ok(
          seen ||
            (isOfTheEnd(subject) &&
              subject.listenerUpdate === null &&
              idleRuledOut &&
              "listenerUpdate" in subject),
        );
      }),
      { numRuns: 3000 },
    );
  });
});
