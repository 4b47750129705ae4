import assert from "node:assert/strict";
import type { RunRecord } from "../../../model/record.ts";
import { runVerdict } from "../../../report/verdict.ts";
import type { Told } from "./case.ts";

const PROBES = ["withSidecar", "withoutSidecar"] as const;

/** On a busy node a probe hears late of its connection's beginning, and so counts less. */
const EARLY_SECONDS = 0.5;

/** Checks the verdict on a run, its sentence and when the connections ended. */
export function assertTold(run: RunRecord, { cause, sentence, ends, lateness = 1 }: Told): void {
  const verdict = runVerdict(run);
  const whole = JSON.stringify({ verdict, samples: run.samples }, undefined, 1);
  assert.ok([cause].flat().includes(verdict.cause), whole);
  assert.match(verdict.sentence, sentence);
  for (const probe of ends === undefined ? [] : PROBES) {
    const samples = run.samples.filter((sample) => sample.probe === probe);
    const ended = samples.filter(({ end }) => end !== "open");
    const expected = ends![probe];
    assert.equal(ended.length === 0, expected === null, `${probe}: ${whole}`);
    for (const { heldMs } of ended) {
      const [seconds, late] = [heldMs / 1_000, `${probe} ended after ${heldMs} ms`];
      assert.ok(seconds >= expected! - EARLY_SECONDS && seconds <= expected! + lateness, late);
    }
  }
}
