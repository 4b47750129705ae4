import assert from "node:assert/strict";
import type { Cause } from "../../../../report/cause.ts";
import type { Measurement, RunRecord } from "../../../../model/record.ts";
import { witnesses } from "../../../../report/page/sections/observers.ts";
import type { Stand } from "../../../../report/page/sections/observers.ts";
import { runVerdict } from "../../../../report/verdict.ts";
import { control, measurement, runRecord } from "../../../cli/records.ts";
import { at, counted, IDLE, OLD } from "../../judging.ts";

/** Stands of the observers, in the order of the page, to the verdict on a run. */
function stands(
  subject: Partial<Measurement>,
  other: Partial<Measurement> = {},
  run: Partial<RunRecord> = {},
): { cause: Cause; stands: Stand[] } {
  const samples = [measurement(subject), control(other)];
  const record = runRecord({ ...run, samples });
  const { cause } = runVerdict(record);
  const seen = witnesses({ cause, subject: samples[0]!, controls: [samples[1]!], record });
  return { cause, stands: seen.map(({ stand }) => stand) };
}

const [YES, NO, MUTE, UNASKED] = ["agrees", "disagrees", "does not tell", "not asked"] as const;

describe("the observers of a connection", () => {
  it("are named with what they say", () => {
    const record = runRecord({
      samples: [measurement({ idleTimeouts: counted(0, 1), listenerUpdate: null }), control()],
    });
    const [subject, other] = record.samples as [Measurement, Measurement];
    assert.deepEqual(witnesses({ cause: "idleTimeout", subject, controls: [other], record }), [
      { observer: "probe's clock", says: "closed after 10.002 s (FIN)", stand: YES },
      {
        observer: "sidecar's access log",
        says: "10.001 s, flags -, close reason tcp_session_idle_timeout, endpoint's close Normal",
        stand: YES,
      },
      {
        observer: "sidecar's counter",
        says: "tcp.PassthroughCluster.idle_timeout: 0 before, 1 after, 1 due",
        stand: YES,
      },
      {
        observer: "sidecar's debug log",
        says: "the record has none; evidence: debug asks for it",
        stand: UNASKED,
      },
      {
        observer: "sidecar's filter chain",
        says: "idle timeout 10s before the clock started; not updated meanwhile",
        stand: YES,
      },
      { observer: "pod without a sidecar", says: "open for >= 14 s (lower bound)", stand: YES },
      { observer: "endpoint afterwards", says: "reached, or not tried", stand: MUTE },
    ]);
  });

  for (const [title, cause, subject, other, expected] of [
    [
      "an idle timeout with all evidence",
      "idleTimeout",
      {
        ...{ idleTimeouts: counted(3, 4), listenerUpdate: null },
        debugLog: ["[C20] Session timed out"],
      },
      {},
      [YES, YES, YES, YES, YES, YES, MUTE],
    ],
    [
      "an old sidecar, whose counter is the proof",
      "idleTimeout",
      { proxy: OLD, idleTimeouts: counted(3, 4), listenerUpdate: null },
      {},
      [YES, MUTE, YES, UNASKED, YES, YES, MUTE],
    ],
    [
      "an idle timeout of which only an entry is left that was written when the connection began",
      "idleTimeout",
      {
        proxy: { ...OLD, durationMs: 0, upstreamLocal: null },
        ...{ idleTimeouts: counted(3, 4), listenerUpdate: null },
      },
      {},
      [YES, MUTE, YES, UNASKED, YES, YES, MUTE],
    ],
    [
      "an idle close of a sidecar whose counter stood still",
      "idleTimeout",
      { idleTimeouts: counted(3, 3) },
      {},
      [YES, YES, NO, UNASKED, YES, YES, MUTE],
    ],
    [
      "a close far from the timeout, which the log calls idle",
      "idleTimeout",
      { heldMs: 4000 },
      {},
      [NO, YES, UNASKED, UNASKED, YES, YES, MUTE],
    ],
    [
      "a control that was dropped as well",
      "droppedWithoutSidecarToo",
      {},
      { end: "fin", heldMs: 9000 },
      [MUTE, NO, UNASKED, UNASKED, MUTE, YES, MUTE],
    ],
    [
      "a server that closed",
      "serverClosed",
      {
        ...{ heldMs: 7000, idleTimeouts: counted(0, 0), listenerUpdate: null },
        proxy: { ...IDLE, closeReason: null, upstreamClose: "Normal" },
      },
      { end: "fin", heldMs: 7000 },
      [MUTE, YES, YES, UNASKED, MUTE, YES, MUTE],
    ],
    [
      "an endpoint that is gone",
      "endpointGone",
      {},
      { unreachableAfter: "ECONNREFUSED 10.0.0.5:6379" },
      [MUTE, NO, UNASKED, UNASKED, MUTE, MUTE, YES],
    ],
    [
      "a drain",
      "configDrain",
      {
        ...{ heldMs: 9000, listenerUpdate: { at: at(4000), drainMs: 5000 } },
        proxy: { ...IDLE, closeReason: "filter_chain_is_being_removed", upstreamClose: null },
      },
      {},
      [MUTE, YES, UNASKED, UNASKED, YES, YES, MUTE],
    ],
    [
      "a connection open before its time",
      "stillOpen",
      { end: "open", heldMs: 8000, proxy: null },
      {},
      [YES, UNASKED, UNASKED, UNASKED, YES, MUTE, MUTE],
    ],
    [
      "a connection open after its time",
      "stillOpen",
      { end: "open", heldMs: 14_000, proxy: null },
      {},
      [YES, UNASKED, UNASKED, UNASKED, NO, MUTE, MUTE],
    ],
    [
      "a connection that is dead in both pods",
      "dead",
      { end: "open", heldMs: 8000, proxy: null, answer: "ETIMEDOUT" },
      { answer: "ETIMEDOUT" },
      [YES, UNASKED, UNASKED, UNASKED, MUTE, YES, MUTE],
    ],
    [
      "a void figure, with which nobody can agree",
      "void",
      { voidReasons: ["the sidecar restarted"], idleTimeouts: counted(0, 1) },
      {},
      [MUTE, MUTE, MUTE, UNASKED, MUTE, MUTE, MUTE],
    ],
    [
      "a run that goes on",
      "running",
      { end: "open", running: true, heldMs: 3000, proxy: null },
      { running: true },
      [MUTE, UNASKED, UNASKED, UNASKED, MUTE, MUTE, MUTE],
    ],
  ] as [string, Cause, Partial<Measurement>, Partial<Measurement>, Stand[]][]) {
    it(`stand to ${title}`, () => {
      assert.deepEqual(stands(subject, other), { cause, stands: expected });
    });
  }
});
