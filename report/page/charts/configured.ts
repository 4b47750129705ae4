import { formatDuration } from "../../../model/duration.ts";
import { configuredIdleTimeoutMs } from "../../comparison.ts";
import { formatIdleTimeout } from "../../text.ts";
import { shortSpread } from "../../spread.ts";
import { table } from "../document.ts";
import type { Figure } from "../document.ts";
import type { Markup } from "../markup.ts";
import { spanOf } from "../measured.ts";
import type { Span } from "../measured.ts";
import { subjectsOf } from "../reported.ts";
import type { StackTest } from "../reported.ts";
import { AXIS_HEIGHT, axis, bar, chart, shape, text, upright } from "./marks.ts";
import { logScale, logTicks } from "./scale.ts";
import type { Scale } from "./scale.ts";

const ROW_HEIGHT = 40;
/** Ends of the axis, in ms, where no figure lies beyond them. */
const MIN_MS = 10_000;
const MAX_MS = 86_400_000;

interface Row {
  label: string;
  /** In ms; 0 is never. */
  configuredMs: number;
  span: Span | undefined;
  /** Whether connections were open at the end. */
  open: boolean;
  measured: string;
}

/** Draws, on a log axis, the idle timeout of each test by its configuration, and how long connections were held. */
export function configuredAgainstMeasured(tests: readonly StackTest[]): Figure {
  const rows = tests.map(rowOf);
  const values = rows.flatMap(({ configuredMs, span }) => [
    ...(configuredMs > 0 ? [configuredMs] : []),
    ...(span === undefined ? [] : [Math.max(1, span.shortestMs), span.longestMs]),
  ]);
  const min = Math.min(MIN_MS, ...values);
  const max = Math.max(MAX_MS, ...values);
  const scale = logScale(min * 0.9, max * 1.1);
  const bottom = rows.length * ROW_HEIGHT + 4;
  const title = "Configured against measured";
  const description =
    "On a log axis: a line is the idle timeout by the stack's configuration (with asIs by the sidecar's own), a dot where connections were closed in real " +
    "time, a diamond the same by the clock of a sidecar that ran faster, an arrow a lower bound.";
  return {
    ...{ kind: "figure", title, description },
    svg: chart(title, bottom + AXIS_HEIGHT, [
      ...axis(logTicks(min, max), scale, bottom),
      ...rows.flatMap((row, place) => drawRow(row, scale, place * ROW_HEIGHT)),
    ]),
    table: table(
      title,
      ["stack", "configured", "measured with sidecar", "clock"],
      rows.map(({ label, configuredMs, measured, span }) => [
        label,
        formatIdleTimeout(configuredMs),
        measured,
        span?.lapsed === true ? "the sidecar's, faster" : "real",
      ]),
    ),
  };
}

function rowOf(each: StackTest): Row {
  const subjects = subjectsOf(each);
  return {
    label: each.label,
    configuredMs: configuredIdleTimeoutMs(each.stack.record, each.test.samples),
    span: each.test.verdict.cause === "void" ? undefined : spanOf(each),
    open: subjects.some(({ end }) => end === "open"),
    measured:
      (each.test.verdict.cause === "void" ? "void, " : "") + (shortSpread(subjects) || "nothing"),
  };
}

function drawRow(
  { configuredMs, label, open, measured, span }: Row,
  scale: Scale,
  y: number,
): Markup[] {
  const middle = y + 28;
  const configured = configuredMs === 0 ? "never" : formatDuration(configuredMs);
  const clock = span?.lapsed === true ? "lapsed" : "real";
  const kind = open ? "arrow" : span?.lapsed === true ? "diamond" : "dot";
  return [
    text(`${label}: ${configured} configured, ${measured}`, { at: 0, y: y + 14 }),
    ...(configuredMs === 0 ? [] : [upright("timeout", scale(configuredMs), y + 20, y + 36)]),
    ...(span === undefined
      ? []
      : [
          bar(`bar ${clock}`, {
            ...{
              from: scale(span.shortestMs),
              to: scale(span.longestMs),
              y: middle - 2,
              height: 4,
            },
          }),
          shape(kind, `end ${clock}`, scale(span.longestMs), middle),
        ]),
  ];
}
