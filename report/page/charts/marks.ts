import { element } from "../markup.ts";
import type { Child, Markup } from "../markup.ts";
import type { Scale, Tick } from "./scale.ts";

/**
 * Marks of a chart. Places across are in per cent of its width, so that text keeps its size on a phone; places down are in
 * pixels.
 */

/** Room below a chart for the labels of its axis, in pixels. */
export const AXIS_HEIGHT = 22;

/** Makes a chart of marks; `label` is what a screen reader says of it. */
export function chart(label: string, height: number, marks: readonly Child[]): Markup {
  return element(
    "svg",
    { class: "chart", width: "100%", height, role: "img", "aria-label": label },
    ...marks,
  );
}

export function percent(place: number): string {
  return `${Number(Math.min(100, Math.max(0, place)).toFixed(2))}%`;
}

export function bar(
  className: string,
  { from, to, y, height }: { from: number; to: number; y: number; height: number },
): Markup {
  const width = percent(Math.max(0, to - from));
  return element("rect", { class: className, x: percent(from), y, width, height });
}

export function text(
  content: string,
  { at, y, anchor, className }: { at: number; y: number; anchor?: string; className?: string },
): Markup {
  const place = { x: percent(at), y, "text-anchor": anchor, class: className };
  return element("text", place, content);
}

/** A line from top to bottom. */
export function upright(className: string, at: number, top: number, bottom: number): Markup {
  const x = percent(at);
  return element("line", { class: className, x1: x, x2: x, y1: top, y2: bottom });
}

const SHAPES = {
  /** Something goes on: a lower bound. */
  arrow: "M0 -6 9 0 0 6Z",
  /** An end by real time. */
  dot: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z",
  /** An end by a faster clock. */
  diamond: "M-6 0 0 -6 6 0 0 6Z",
  /** A figure that must not be used. */
  cross: "M-5 -5 5 5M-5 5 5 -5",
} as const;

export type Shape = keyof typeof SHAPES;

/** A shape whose middle (of an arrow: the middle of its back) is at a place. */
export function shape(kind: Shape, className: string, at: number, y: number): Markup {
  return element(
    "svg",
    { x: percent(at), y, overflow: "visible" },
    element("path", { class: className, d: SHAPES[kind] }),
  );
}

/** The axis below a chart whose marks end at `bottom`, with a line up from each tick. */
export function axis(ticks: readonly Tick[], scale: Scale, bottom: number): Markup[] {
  return ticks.flatMap(({ value, label }) => {
    const at = scale(value);
    const anchor = at < 5 ? "start" : at > 95 ? "end" : "middle";
    return [
      upright("grid", at, 0, bottom),
      text(label, { at, y: bottom + 16, anchor, className: "tick" }),
    ];
  });
}
