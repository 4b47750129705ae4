import type { Measurement, RunRecord } from "../../../model/record.ts";
import { toWallMs } from "../../../model/timelapse.ts";
import { recordTarget } from "../../recordTarget.ts";
import {
  describeEnd,
  describeIdleLimit,
  describeIdleTimeout,
  isDead,
  PROBE_NAMES,
  seconds,
  shortEnd,
} from "../../text.ts";
import { table } from "../document.ts";
import type { Figure, TableBlock } from "../document.ts";
import type { Markup } from "../markup.ts";
import type { StackTest } from "../reported.ts";
import { AXIS_HEIGHT, axis, bar, chart, shape, text, upright } from "./marks.ts";
import type { Shape } from "./marks.ts";
import { linearScale, timeTicks } from "./scale.ts";
import type { Scale } from "./scale.ts";

/** Height of a connection with its name above its bar, in pixels. */
const ROW_HEIGHT = 38;
const BAR_HEIGHT = 10;

/** A time that is drawn as a line: a limit on idle connections. */
interface Limit {
  className: string;
  label: string;
  /** Since the connection was opened, in ms of wall time. */
  atMs: number;
}

/** A limit that lies farther right than the longest connection, by that factor, is said and not drawn. */
const FARTHEST = 1.5;

/** Draws each connection of a test from its beginning to its end, by pod. */
export function timeline({ stack, test, label }: StackTest): Figure {
  const { record } = stack;
  const samples = [...test.samples].sort((a, b) =>
    a.probe < b.probe ? -1 : a.probe > b.probe ? 1 : 0,
  );
  const longestMs = Math.max(1, ...samples.map(({ heldMs }) => heldMs));
  const all = limitsOf(record, samples);
  const limits = all.filter(({ atMs }) => atMs <= longestMs * FARTHEST);
  const beyond = all.filter((limit) => !limits.includes(limit));
  const maxMs = Math.max(longestMs, ...limits.map(({ atMs }) => atMs)) * 1.08;
  const scale = linearScale(0, maxMs);
  const top = limits.length * 16 + 4;
  const bottom = top + samples.length * ROW_HEIGHT;
  const description =
    `Time since each connection was opened${record.timelapse === undefined ? "" : ", in wall time"}. An arrow is a lower bound: ` +
    `the connection was open when it was last looked at. A cross is void or dead, as its line says.` +
    beyond.map((limit) => ` Beyond the right edge: ${limit.label}.`).join("");
  const marks = [
    ...axis(timeTicks(0, maxMs), scale, bottom),
    ...limits.flatMap((limit, place) => drawLimit(limit, place, scale, bottom)),
    ...samples.flatMap((sample, place) => drawSample(sample, scale, top + place * ROW_HEIGHT)),
  ];
  const title = `${label}: each connection by pod`;
  return {
    ...{ kind: "figure", title, description },
    svg: chart(title, bottom + AXIS_HEIGHT, marks),
    table: timelineTable(title, samples),
  };
}

function limitsOf(record: RunRecord, samples: readonly Measurement[]): Limit[] {
  const limits = samples.flatMap((sample): Limit[] => {
    const { idleLimit, lastByteMs = 0, probe } = sample;
    const { effective } = recordTarget(record, sample);
    const { idleTimeoutMs } = effective;
    return [
      ...(probe === "withoutSidecar" || idleTimeoutMs === 0
        ? []
        : [
            {
              className: "timeout",
              label: `idle timeout ${describeIdleTimeout(effective)}`,
              atMs: lastByteMs + toWallMs(idleTimeoutMs, record.timelapse?.factor ?? 1),
            },
          ]),
      ...(idleLimit === undefined || idleLimit.ms === 0
        ? []
        : [
            {
              className: "limit",
              label: `the server's own limit, ${describeIdleLimit(idleLimit)}`,
              atMs: lastByteMs + idleLimit.ms,
            },
          ]),
    ];
  });
  // One line for connections that differ by their logins only.
  return limits.filter(
    ({ label }, place) => limits.findIndex((other) => other.label === label) === place,
  );
}

function drawLimit(limit: Limit, place: number, scale: Scale, bottom: number): Markup[] {
  const { atMs, className, label } = limit;
  const at = scale(atMs);
  const y = place * 16 + 12;
  const right = at > 50;
  return [
    upright(className, at, y - 10, bottom),
    text(right ? `${label} \u25b8` : `\u25c2 ${label}`, {
      ...{ at: right ? at - 1 : at + 1, y, anchor: right ? "end" : "start" },
      className: `${className}-label`,
    }),
  ];
}

function drawSample(sample: Measurement, scale: Scale, y: number): Markup[] {
  const { heldMs, lastByteMs, probe, voidReasons } = sample;
  const kind = voidReasons !== undefined ? "void" : probe;
  const endKind = isDead(sample) ? "void" : kind;
  const end = scale(heldMs);
  const middle = y + 24;
  return [
    text(`${rowName(sample)}: ${stateOf(sample)}${shortEnd(sample)}`, { at: 0, y: y + 14 }),
    bar(`bar ${kind}`, { from: 0, to: end, y: middle - BAR_HEIGHT / 2, height: BAR_HEIGHT }),
    ...(lastByteMs === undefined
      ? []
      : [upright("last-byte", scale(lastByteMs), middle - 8, middle + 8)]),
    shape(shapeOf(sample), `end ${endKind}`, end, middle),
  ];
}

function shapeOf(sample: Measurement): Shape {
  const { end, timelapse, voidReasons } = sample;
  if (voidReasons !== undefined || isDead(sample)) {
    return "cross";
  }
  return end === "open" ? "arrow" : timelapse === undefined ? "dot" : "diamond";
}

/** Short, as it has to fit on a phone. */
function rowName(sample: Measurement): string {
  return `${PROBE_NAMES[sample.probe]} ${numberOf(sample)}`;
}

/** The connection's number, from the second repetition on behind that of its repetition. */
function numberOf({ connection, repetition }: Measurement): string {
  return repetition === 1 ? String(connection) : `${repetition}.${connection}`;
}

function stateOf({ running, voidReasons }: Measurement): string {
  return voidReasons !== undefined ? "void, " : running ? "running, " : "";
}

function timelineTable(title: string, samples: readonly Measurement[]): TableBlock {
  const header = ["connection", "pod", "opened", "end", "last byte", "server's own limit"];
  const rows = samples.map((sample) => [
    `${PROBE_NAMES[sample.probe]}, connection ${numberOf(sample)}`,
    sample.pod,
    sample.connectedAt,
    `${stateOf(sample)}${describeEnd(sample)}`,
    sample.lastByteMs === undefined ? "-" : `after ${seconds(sample.lastByteMs)}`,
    sample.idleLimit === undefined ? "not told" : describeIdleLimit(sample.idleLimit),
  ]);
  return table(title, header, rows);
}
