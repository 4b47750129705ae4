import type { Measurement } from "../../../model/record.ts";
import { isDead, seconds } from "../../text.ts";
import { shortSpread } from "../../spread.ts";
import { ofProbe } from "../../sampleGroups.ts";
import { table } from "../document.ts";
import type { Figure } from "../document.ts";
import { subjectsOf } from "../reported.ts";
import type { StackTest } from "../reported.ts";
import { AXIS_HEIGHT, axis, bar, chart, text } from "./marks.ts";
import { linearScale, timeTicks } from "./scale.ts";

const HEIGHT = 160;
const TOP = 18;
const BINS = 20;

/** Widths that a bin may have, in ms. */
const WIDTHS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 60_000,
];

interface Bin {
  fromMs: number;
  toMs: number;
  count: number;
}

/**
 * Draws how much longer or shorter than expected the connections of a test were held, where they were closed through the
 * sidecar; undefined where none was, or nothing lets expect when.
 */
export function distribution({ test, label, stack }: StackTest): Figure | undefined {
  const { expectedMs } = test;
  const subjects = subjectsOf({ test });
  const closed = subjects.filter(({ end }) => end !== "open");
  if (expectedMs === null || closed.length === 0) {
    return undefined;
  }
  const off = ({ heldMs, lastByteMs = 0 }: Measurement): number => heldMs - lastByteMs - expectedMs;
  const values = closed.map(off).sort((a, b) => a - b);
  const bins = binsOf(values);
  const [first, last] = [bins[0], bins.at(-1)];
  const [min = 0, max = 0] = [first?.fromMs, last?.toMs];
  const most = Math.max(...bins.map(({ count }) => count));
  const scale = linearScale(min, max);
  const marks = bins.map(({ fromMs, toMs, count }) => {
    const height = Math.round((count / most) * (HEIGHT - TOP));
    return bar("bar withSidecar", {
      ...{ from: scale(fromMs), to: scale(toMs), y: HEIGHT - height, height },
    });
  });
  const dead = subjects.filter(isDead).length;
  const open = subjects.length - closed.length - dead;
  const title = `${label}: held minus expected`;
  const description =
    `${closed.length} connections that were closed, against the ${seconds(expectedMs)} expected` +
    `${stack.record.timelapse === undefined ? "" : " of wall time"}: from ${signed(values[0] ?? 0)} to ` +
    `${signed(values.at(-1) ?? 0)}, half of them below ${signed(median(values))}.` +
    (open === 0 ? "" : ` ${open} more were open and are not drawn.`) +
    (dead === 0 ? "" : ` ${dead} more were open but dead and are not drawn.`) +
    ` Without sidecar: ${shortSpread(ofProbe(test.samples, "withoutSidecar"))}.`;
  return {
    ...{ kind: "figure", title, description },
    svg: chart(title, HEIGHT + AXIS_HEIGHT, [
      ...axis(timeTicks(min, max), scale, HEIGHT),
      ...marks,
      text(`highest: ${most} connections`, { at: 0, y: 12 }),
    ]),
    table: table(
      title,
      ["held minus expected", "connections"],
      bins.map(({ fromMs, toMs, count }) => [
        `${signed(fromMs)} to ${signed(toMs)}`,
        String(count),
      ]),
    ),
  };
}

/** Counts sorted values in bins of equal width, at most {@link BINS} of them and one. */
function binsOf(values: readonly number[]): Bin[] {
  const [min = 0, max = 0] = [values[0], values.at(-1)];
  const width = WIDTHS.find((each) => (max - min) / each <= BINS) ?? (max - min) / BINS;
  const first = Math.floor(min / width);
  const bins = Array.from({ length: Math.floor(max / width) - first + 1 }, (_none, place): Bin => {
    const fromMs = (first + place) * width;
    return { fromMs, toMs: fromMs + width, count: 0 };
  });
  for (const value of values) {
    const bin = bins[Math.floor(value / width) - first];
    if (bin !== undefined) {
      bin.count += 1;
    }
  }
  return bins;
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** `+0.012 s`. */
function signed(ms: number): string {
  return `${ms < 0 ? "-" : "+"}${seconds(Math.abs(ms))}`;
}
