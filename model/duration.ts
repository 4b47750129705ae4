/**
 * Durations as Kubernetes, Istio and Go write them (`10s`, `13.7s`, `1h30m`), in whole milliseconds, the unit of Envoy's
 * timers: anything finer could be configured but never measured.
 */

const NANOSECONDS_PER_UNIT: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5, the micro sign
  μs: 1_000n, // U+03BC, the Greek letter
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const MAX_HOURS = 10_000n;

/** One number with its unit; a Go duration is one or more of them in a row. */
const COMPONENT = /^(\d+(?:\.\d*)?|\.\d+)([^\d.]*)/;

const EXAMPLES = "use a Go duration such as 10s, 13.7s, 1h30m or 24h";

/**
 * Parses a Go duration (https://pkg.go.dev/time#ParseDuration) to milliseconds. A bare `0`, the only number that Go takes
 * without a unit, is refused like other bare numbers: it could mean "at once" or "never".
 *
 * @throws Error with one line for the user when the text is no Go duration, is negative, has a part
 *   finer than 1 ms or is longer than 10000h.
 */
export function parseDuration(text: string): number {
  const refuse = (why: string) => new Error(`${JSON.stringify(text)} ${why}; ${EXAMPLES}`);
  let nanoseconds = 0n;
  let rest = text.replace(/^[+-]/, "");
  do {
    const [component, amount = "", unit = ""] = COMPONENT.exec(rest) ?? [];
    if (component === undefined) {
      throw refuse("is not a duration");
    }
    if (unit === "") {
      throw refuse(`has no unit after ${amount}`);
    }
    const perUnit = NANOSECONDS_PER_UNIT[unit];
    if (perUnit === undefined) {
      const allowed = "ns, us, ms, s, m, h";
      throw refuse(`has the unknown unit ${JSON.stringify(unit)}, allowed are ${allowed}`);
    }
    const [whole = "", fraction = ""] = amount.split(".");
    const scale = 10n ** BigInt(fraction.length);
    const scaled = BigInt(whole + fraction) * perUnit;
    if (scaled % scale !== 0n) {
      throw refuse("is finer than 1 ms, which Envoy's timers can't hold");
    }
    nanoseconds += scaled / scale;
    rest = rest.slice(component.length);
  } while (rest !== "");
  if (text.startsWith("-") && nanoseconds > 0n) {
    throw refuse("is negative");
  }
  if (nanoseconds % NANOSECONDS_PER_MILLISECOND !== 0n) {
    throw refuse("is finer than 1 ms, which Envoy's timers can't hold");
  }
  if (nanoseconds > MAX_HOURS * 3_600_000_000_000n) {
    throw refuse(`is longer than ${MAX_HOURS.toString()}h`);
  }
  return Number(nanoseconds / NANOSECONDS_PER_MILLISECOND);
}

/**
 * Writes the shortest Go form of a duration: `0s`, `250ms`, `13.7s`, `1h5m`. {@link parseDuration} reads it back to the
 * same number.
 *
 * @param ms milliseconds, not negative; rounded to whole ones.
 */
export function formatDuration(ms: number): string {
  const total = Math.round(ms);
  if (total > 0 && total < 1000) {
    return `${total}ms`;
  }
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor((total % 3_600_000) / 60_000);
  const seconds = (total % 60_000) / 1000;
  const parts = [
    hours > 0 ? `${hours}h` : "",
    minutes > 0 ? `${minutes}m` : "",
    seconds > 0 ? `${seconds}s` : "",
  ];
  return parts.join("") || "0s";
}

/**
 * Writes a duration in the JSON form of `google.protobuf.Duration` (`10s`, `13.700s`), which Envoy's configuration takes:
 * seconds only, with 0 or 3 decimals.
 *
 * @param ms whole milliseconds, not negative.
 */
export function protobufDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${(ms / 1000).toFixed(3)}s`;
}
