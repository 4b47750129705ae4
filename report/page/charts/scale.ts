import { formatDuration } from "../../../model/duration.ts";

/** A place on an axis: 0 is its left end, 100 its right one. */
export type Scale = (value: number) => number;

/** A line across an axis, with what it stands for. */
export interface Tick {
  value: number;
  label: string;
}

/** Makes a scale with equal steps. */
export function linearScale(min: number, max: number): Scale {
  return (value) => ((value - min) / (max - min)) * 100;
}

/** Makes a scale with equal factors, of values above 0. */
export function logScale(min: number, max: number): Scale {
  const linear = linearScale(Math.log(min), Math.log(max));
  return (value) => linear(Math.log(value));
}

/** Most steps of an axis: more labels would touch each other on a phone. */
const MOST_STEPS = 5;

/** Steps by which people count seconds, minutes and hours, in ms. */
const TIME_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 4, 6, 12, 24, 48, 96, 168, 336, 672, 1344, 2688].map((hours) => hours * 3_600_000),
];

/** Lists the ticks of an axis of time from `min` to `max`, in ms. */
export function timeTicks(min: number, max: number): Tick[] {
  const step =
    TIME_STEPS.find((each) => (max - min) / each <= MOST_STEPS) ?? (max - min) / MOST_STEPS;
  const count = Math.floor(max / step) - Math.ceil(min / step) + 1;
  return Array.from({ length: count }, (_none, place) => {
    const value = (Math.ceil(min / step) + place) * step;
    return { value, label: value < 0 ? `-${formatDuration(-value)}` : formatDuration(value) };
  });
}

/** Times that the log axis names, in ms. */
const LOG_TICKS = [
  ...[1000, 10_000, 60_000, 600_000, 3_600_000, 28_800_000, 86_400_000],
  ...[604_800_000, 2_592_000_000],
];

/** Lists the ticks of a log axis of time from `min` to `max`, in ms. */
export function logTicks(min: number, max: number): Tick[] {
  return LOG_TICKS.filter((value) => value >= min && value <= max).map((value) => ({
    value,
    label: formatDuration(value),
  }));
}
