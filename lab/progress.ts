import type { StepReport } from "./steps";

/** Seconds since `since`, a time from `Date.now()`. */
export function elapsed(since: number): number {
  return (Date.now() - since) / 1_000;
}

/** `8 s`, `2 m 05 s`, `1 h 02 m`: how long something took, for people. */
export function humanSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3_600)} h ${two(Math.floor((whole % 3_600) / 60))} m`;
}

/** Without a terminal a line about what is running comes this often. */
const PLAIN_INTERVAL_SECONDS = 30;

/**
 * Shows steps on standard error: on a terminal what is running stands in one line that is
 * rewritten each second, elsewhere it comes as a plain line now and then.
 */
export function stepReport(stream: NodeJS.WriteStream = process.stderr): StepReport {
  let ticks = 0;
  const line = (text: string): void => {
    stream.write(`${stream.isTTY ? "\r\u001b[K" : ""}${text}\n`);
  };
  return {
    started(title) {
      if (!stream.isTTY) line(`  ${title} ...`);
    },
    running(titles, left) {
      if (titles.length === 0) return;
      ticks += 1;
      const now = titles.map(
        ({ title, seconds, typicalSeconds }) =>
          `${title} (${humanSeconds(seconds)} of about ${humanSeconds(typicalSeconds)})`,
      );
      const text = `  … ${now.join(", ")}; left: ${left.steps} steps, about ${humanSeconds(left.seconds)}`;
      if (stream.isTTY) stream.write(`\r\u001b[K${text.slice(0, stream.columns - 1)}`);
      else if (ticks % PLAIN_INTERVAL_SECONDS === 0) line(text);
    },
    finished(title, seconds) {
      line(`  ✓ ${title} (${humanSeconds(seconds)})`);
    },
  };
}
