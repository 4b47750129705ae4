import { firstSample, ofProbe } from "../../sampleGroups.ts";
import { CAUSE_NAMES } from "../../verdict.ts";
import { list, paragraph, table } from "../document.ts";
import type { Block, Section } from "../document.ts";
import { testsOf } from "../reported.ts";
import type { ReportedStack, StackTest } from "../reported.ts";
import { witnesses } from "./observers.ts";
import type { Stand } from "./observers.ts";

/** A sign before each word, so that a table is read at a glance without colours. */
const SIGNS: Readonly<Record<Stand, string>> = {
  agrees: "\u2713 agrees",
  disagrees: "\u2717 disagrees",
  "does not tell": "? does not tell",
  "not asked": "\u2013 not asked",
};

/** Lists, for each verdict, whether each observer agrees with it. */
export function certaintySection(stacks: readonly ReportedStack[]): Section {
  return {
    id: "why",
    title: "Why we are sure, and where not",
    blocks: [
      paragraph(
        "Each verdict stands on the first connection of its test; these observers were asked about it. One that " +
          "does not tell saw the connection, but nothing that speaks for the verdict or against it.",
      ),
      ...testsOf(stacks).map(certaintyOf),
    ],
  };
}

function certaintyOf({ stack, test, label }: StackTest): Block {
  const { cause, evidence, sentence } = test.verdict;
  const title = `${label}: ${CAUSE_NAMES[cause]}`;
  const { record } = stack;
  const subject = firstSample({ samples: test.samples }, "withSidecar");
  const controls = ofProbe(test.samples, "withoutSidecar");
  const rows =
    subject === undefined
      ? []
      : witnesses({ cause, subject, controls, record }).map(({ observer, says, stand }) => [
          observer,
          says,
          SIGNS[stand],
        ]);
  return {
    kind: "part",
    title,
    blocks: [
      paragraph(sentence),
      ...(rows.length === 0
        ? []
        : [table(`What was seen of ${label}`, ["observer", "says", "stand"], rows)]),
      ...(evidence.length === 0
        ? []
        : [
            {
              kind: "folded" as const,
              summary: "The evidence in the record's own words",
              blocks: [list(evidence)],
            },
          ]),
    ],
  };
}
