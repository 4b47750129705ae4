import { COMPARISON_HEADER, comparisonRows, legendOf } from "../../comparison.ts";
import { configuredAgainstMeasured } from "../charts/configured.ts";
import { distribution } from "../charts/distribution.ts";
import { timeline } from "../charts/timeline.ts";
import { list, paragraph, table } from "../document.ts";
import type { Block, Section } from "../document.ts";
import { idleTestsOf, testsOf } from "../reported.ts";
import type { Reported, ReportedStack, StackTest } from "../reported.ts";
import { ofProbe } from "../../sampleGroups.ts";
import { describeSpread } from "../../spread.ts";
import { PROBE_NAMES } from "../../text.ts";

/** Most connections of a test that are drawn one by one. */
const MOST_DRAWN = 24;

/** Shows all tests in one table. */
export function overviewSection({ stacks, unreadable }: Reported): Section {
  const empty = COMPARISON_HEADER.slice(2).map(() => "-");
  const rows = [
    ...stacks.flatMap(comparisonRows),
    ...unreadable.map(({ stack, problem }) => [stack, ...empty, `can't be read: ${problem}`]),
  ];
  return {
    id: "measured",
    title: "What was measured",
    blocks: [
      table("A row for each test of each stack", COMPARISON_HEADER, rows),
      ...legendOf(stacks).map(paragraph),
    ],
  };
}

/** Shows when each connection ended; where there are many, how far from the expected time. */
export function timelineSection(stacks: readonly ReportedStack[]): Section {
  return {
    id: "timeline",
    title: "Each connection, by pod",
    blocks: testsOf(stacks).flatMap(drawTest),
  };
}

function drawTest(each: StackTest): Block[] {
  const { samples } = each.test;
  if (samples.length <= MOST_DRAWN) {
    return [timeline(each)];
  }
  const figure = distribution(each);
  const pods = (["withSidecar", "withoutSidecar"] as const).map((kind) => {
    const own = ofProbe(samples, kind);
    return `${each.label}, ${PROBE_NAMES[kind]}: ${own.length} connections: ${describeSpread(own) || "none"}`;
  });
  return [...(figure === undefined ? [] : [figure]), list(pods)];
}

/** Shows the configured idle timeouts beside what was measured. */
export function configuredSection(stacks: readonly ReportedStack[]): Section {
  const tests = idleTestsOf(stacks);
  return {
    id: "configured",
    title: "Configured against measured",
    blocks:
      tests.length === 0
        ? [paragraph("No stack left connections idle.")]
        : [configuredAgainstMeasured(tests)],
  };
}
