import assert from "node:assert/strict";
import type {
  IdleTimeoutCount,
  Measurement,
  ProxyEvidence,
  RunRecord,
} from "../../model/record.ts";
import { IDLE_CLOSE_REASON } from "../../report/closeReasons.ts";
import type { Cause } from "../../report/cause.ts";
import { runVerdict } from "../../report/verdict.ts";
import type { Verdict } from "../../report/verdict.ts";
import { control, measurement, runRecord, SAMPLE } from "../cli/records.ts";

export const IDLE: ProxyEvidence = {
  durationMs: 10_001,
  responseFlags: "-",
  closeReason: IDLE_CLOSE_REASON,
  upstreamClose: "Normal",
  upstreamLocal: "10.244.0.28:54190",
  upstreamCluster: "PassthroughCluster",
};

/** The verdict on a run of which one thing is different. */
export function verdict(
  subject: Partial<Measurement>,
  other: Partial<Measurement> = {},
  run: Partial<RunRecord> = {},
): Verdict {
  return runVerdict(runRecord({ ...run, samples: [measurement(subject), control(other)] }));
}

/** As a sidecar logs it that knows no close reasons. */
export const OLD: ProxyEvidence = {
  durationMs: 10_001,
  responseFlags: "-",
  upstreamLocal: "10.244.0.28:54190",
  upstreamCluster: "PassthroughCluster",
};

export function counted(before: number, after: number, due = 1): IdleTimeoutCount {
  return { name: "tcp.PassthroughCluster.idle_timeout", before, after, due };
}

/** The time of so many ms after the connection was opened. */
export function at(ms: number): string {
  return new Date(Date.parse(SAMPLE.connectedAt) + ms).toISOString();
}

/** A connection about which the sidecar's log says something else. */
export function logged(changes: Partial<ProxyEvidence>): Partial<Measurement> {
  return { proxy: { ...IDLE, ...changes } };
}

/** A connection, and what is said of it. */
export type Blame = [
  title: string,
  cause: Cause,
  sentence: RegExp,
  subject: Partial<Measurement>,
  other?: Partial<Measurement>,
  awaitFirstBytes?: string[],
];

/** Makes a test of each: whom the verdict blames, in which words. */
export function testBlame(cases: readonly Blame[]): void {
  for (const [title, cause, sentence, subject, other, awaitFirstBytes] of cases) {
    it(`blames ${title}`, () => {
      const { effective } = runRecord();
      const found = verdict(
        subject,
        other,
        awaitFirstBytes && runRecord({ effective: { ...effective, awaitFirstBytes } }),
      );
      assert.equal(found.cause, cause);
      assert.match(found.sentence, sentence);
    });
  }
}
