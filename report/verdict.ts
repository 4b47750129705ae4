import type { Measurement, RunRecord } from "../model/record.ts";
import { CAUSE_NAMES, OPEN_CAUSES } from "./cause.ts";
import type { Cause, Judgement, Verdict } from "./cause.ts";
import { controlOf, firstSample, groupSamples, ofProbe } from "./sampleGroups.ts";
import { sampleVerdict, voidSentence } from "./sampleVerdict.ts";
import { describeSpread } from "./spread.ts";
import { isDead, PROBE_NAMES, shortEnd } from "./text.ts";
import { whyUnreachable } from "./unreachable.ts";

export { CAUSE_NAMES };
export type { Cause, Verdict };

/** Causes that the pod without a sidecar can't change. */
const FINAL: readonly Cause[] = ["running", "unreachable", "void"];
/** Causes that do not blame the sidecar, so that it is no news that the other connection ended as well. */
const BLAMES_ANOTHER: readonly Cause[] = ["serverClosed", "serverReset", "serverLimit"];
/** Causes that a network which failed may look like from behind a sidecar. */
const NETWORK: readonly Cause[] = ["serverClosed", "serverReset", "error", "unknown"];

/** Judges a whole run by the test that its first silent connection belongs to. */
export function runVerdict(record: RunRecord): Verdict {
  const first = firstSample(record, "withSidecar");
  const test = groupSamples(record.samples).find(
    ({ samples }) => first !== undefined && samples.includes(first),
  );
  return testVerdict(record, test?.samples ?? record.samples);
}

/**
 * Judges one test by its first connection through a sidecar, unless the pod without a sidecar says that the sidecar is
 * not to blame: any connection that ended there counts.
 *
 * @param samples of the test, from both pods.
 */
export function testVerdict(record: RunRecord, samples: readonly Measurement[]): Verdict {
  const subject = firstSample({ samples: [...samples] }, "withSidecar");
  if (subject === undefined || controlOf(subject, samples) === undefined) {
    return {
      cause: "void",
      sentence: "There is no figure: not both pods have a sample of the same connection.",
      evidence: [],
    };
  }
  const controls = ofProbe(samples, "withoutSidecar");
  const gone = controls.find(({ unreachableAfter }) => unreachableAfter !== undefined);
  const { evidence } = sampleVerdict(subject, record);
  return {
    ...judgeWithControls(record, subject, samples),
    evidence: [
      ...evidence,
      ...describeOthers(record, samples),
      `${PROBE_NAMES.withoutSidecar}: ${describeSpread(controls)}`,
      ...(gone?.unreachableAfter === undefined
        ? []
        : [`the endpoint afterwards: ${whyUnreachable(gone.unreachableAfter)}`]),
      ...new Set(controls.flatMap(({ voidReasons = [] }) => voidReasons)),
    ],
  };
}

/**
 * Judges one connection of a test with what became of the test's connections in the pod without a sidecar.
 *
 * @param samples of the test, from both pods.
 */
export function judgeWithControls(
  record: RunRecord,
  subject: Measurement,
  samples: readonly Measurement[],
): Judgement {
  const own = controlOf(subject, samples);
  const { cause, sentence } = sampleVerdict(subject, record);
  if (own === undefined) {
    return {
      cause: "void",
      sentence: voidSentence(["the pod without a sidecar has no connection to compare it with"]),
    };
  }
  if (cause !== "void" && own.voidReasons !== undefined) {
    return { cause: "void", sentence: voidSentence(own.voidReasons) };
  }
  if (FINAL.includes(cause)) {
    return { cause, sentence };
  }
  const controls = ofProbe(samples, "withoutSidecar");
  const gone = [own, ...controls].find(({ unreachableAfter }) => unreachableAfter !== undefined);
  if (gone?.unreachableAfter !== undefined) {
    const why = whyUnreachable(gone.unreachableAfter);
    return {
      cause: "endpointGone",
      sentence: `${sentence} The endpoint can't be reached any more: ${why}${conclusion(cause)}.`,
    };
  }
  if (own.end === "error" && NETWORK.includes(cause)) {
    return {
      cause: "error",
      sentence:
        `The network to the endpoint failed: the pod without a sidecar lost its connection too ` +
        `(${own.error ?? "no errno"}).`,
    };
  }
  if (cause === "dead" && controls.some(isDead)) {
    return {
      cause,
      sentence: `${sentence} The pod without a sidecar found the same, so the sidecar is not to blame.`,
    };
  }
  if (OPEN_CAUSES.includes(cause) || BLAMES_ANOTHER.includes(cause)) {
    return { cause, sentence };
  }
  const dropped = controls.filter((control) => control.end !== "open" || isDead(control));
  return dropped.length === 0
    ? { cause, sentence }
    : { cause: "droppedWithoutSidecarToo", sentence: describeDropped(dropped, controls.length) };
}

/** Names the connections that ended, or were dead, without a sidecar, the first of several. */
function describeDropped(dropped: readonly Measurement[], all: number): string {
  const [first] = [...dropped].sort((a, b) => a.heldMs - b.heldMs);
  const conclusion = "so something other than the sidecar ends connections to this endpoint";
  const dead = dropped.some(isDead);
  if (all === 1 || first === undefined) {
    return `The connection of the pod without a sidecar ${dead ? "was dead" : "ended"} too, ${conclusion}.`;
  }
  return (
    `${dropped.length} of ${all} connections of the pod without a sidecar ended${dead ? " or were dead" : ""} too, ` +
    `the first of them (repetition ${first.repetition}, connection ${first.connection}) after ${shortEnd(first)}, ` +
    `${conclusion}.`
  );
}

/** Counts the causes of the test's connections through a sidecar, where not all of them ended alike. */
function describeOthers(record: RunRecord, samples: readonly Measurement[]): string[] {
  const counts = countCauses(record, samples);
  return Object.keys(counts).length < 2
    ? []
    : [
        `causes: ${Object.entries(counts)
          .map(([cause, count]) => `${CAUSE_NAMES[cause as Cause]} ${count}`)
          .join(", ")}`,
      ];
}

/** Counts the causes of a test's connections through a sidecar, each judged by itself. */
export function countCauses(
  record: RunRecord,
  samples: readonly Measurement[],
): Partial<Record<Cause, number>> {
  const counts: Partial<Record<Cause, number>> = {};
  for (const sample of ofProbe(samples, "withSidecar")) {
    const { cause } = sampleVerdict(sample, record);
    counts[cause] = (counts[cause] ?? 0) + 1;
  }
  return counts;
}

/** Says what it means for a connection that its endpoint is gone. */
function conclusion(cause: Cause): string {
  switch (cause) {
    case "stillOpen":
      return ", so that the connections may be dead, and nobody has noticed";
    case "idleTimeout":
      return ", so that the connection may have been dead before";
    default:
      return "";
  }
}
