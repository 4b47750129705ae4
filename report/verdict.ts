import type { Measurement, RunRecord } from "../model/record.ts";
import { CAUSE_NAMES } from "./cause.ts";
import type { Cause, Verdict } from "./cause.ts";
import { firstSample } from "./sampleGroups.ts";
import { nameTest } from "./sampleGroups.ts";
import { sampleVerdict, voidSentence } from "./sampleVerdict.ts";
import { describeEnd, PROBE_NAMES } from "./text.ts";
import { whyUnreachable } from "./unreachable.ts";

export { CAUSE_NAMES, sampleVerdict };
export type { Cause, Verdict };

/** What the pod without a sidecar can't change. */
const FINAL: readonly Cause[] = ["running", "unreachable", "void"];
/** What does not blame the sidecar, so that it is no news that the other connection ended as well. */
const BLAMES_ANOTHER: readonly Cause[] = ["serverClosed", "serverReset", "serverLimit"];
/** What a network that failed may look like from behind a sidecar. */
const NETWORK: readonly Cause[] = ["serverClosed", "serverReset", "error", "unknown"];

/** The verdict on a whole run: that on the test that its first silent connection is of. */
export function runVerdict(record: RunRecord): Verdict {
  const first = firstSample(record, "withSidecar");
  const { samples } = record;
  return testVerdict(
    record,
    first === undefined
      ? samples
      : samples.filter((sample) => nameTest(sample) === nameTest(first)),
  );
}

/**
 * The verdict on one test: that on its first connection through a sidecar, unless the control says that the
 * sidecar is not to blame.
 *
 * @param samples of the test, from both pods.
 */
export function testVerdict(record: RunRecord, samples: readonly Measurement[]): Verdict {
  const subject = firstSample({ samples: [...samples] }, "withSidecar");
  const control = firstSample({ samples: [...samples] }, "withoutSidecar");
  if (subject === undefined || control === undefined) {
    return {
      cause: "void",
      sentence: "There is no figure: not both pods have a sample.",
      evidence: [],
    };
  }
  const verdict = sampleVerdict(subject, record);
  const { unreachableAfter: gone } = control;
  const evidence = [
    ...verdict.evidence,
    ...describeOthers(record, samples),
    `${PROBE_NAMES.withoutSidecar}: ${describeEnd(control)}`,
    ...(gone === undefined ? [] : [`the endpoint afterwards: ${whyUnreachable(gone)}`]),
    ...(control.voidReasons ?? []),
  ];
  return { ...judge(verdict, control), evidence };
}

/** What became of the test's other connections through a sidecar, where not all of them ended alike. */
function describeOthers(record: RunRecord, samples: readonly Measurement[]): string[] {
  const counts = new Map<Cause, number>();
  for (const sample of samples.filter(({ probe }) => probe === "withSidecar")) {
    const { cause } = sampleVerdict(sample, record);
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  return counts.size < 2
    ? []
    : [
        `causes: ${[...counts].map(([cause, count]) => `${CAUSE_NAMES[cause]} ${count}`).join(", ")}`,
      ];
}

function judge(verdict: Verdict, control: Measurement): Omit<Verdict, "evidence"> {
  const { cause, sentence } = verdict;
  const { end, error, unreachableAfter, voidReasons } = control;
  if (cause !== "void" && voidReasons !== undefined) {
    return { cause: "void", sentence: voidSentence(voidReasons) };
  }
  if (FINAL.includes(cause)) {
    return { cause, sentence };
  }
  if (unreachableAfter !== undefined) {
    return {
      cause: "endpointGone",
      sentence: `${sentence} The endpoint can't be reached any more: ${whyUnreachable(unreachableAfter)}${conclusion(cause)}.`,
    };
  }
  if (end === "error" && NETWORK.includes(cause)) {
    return {
      cause: "error",
      sentence:
        `The network to the endpoint failed: the pod without a sidecar lost its connection too ` +
        `(${error ?? "no errno"}).`,
    };
  }
  if (end === "open" || cause === "stillOpen" || BLAMES_ANOTHER.includes(cause)) {
    return { cause, sentence };
  }
  return {
    cause: "droppedWithoutSidecarToo",
    sentence:
      "The connection of the pod without a sidecar ended too, so something other than the sidecar ends " +
      "connections to this endpoint.",
  };
}

/** What it means for a connection that its endpoint is gone. */
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
