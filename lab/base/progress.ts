import { humanSeconds } from "./seconds.ts";
import type { StepReport } from "./steps.ts";

/** Interval of the lines about running steps where there is no terminal. */
const PLAIN_INTERVAL_SECONDS = 30;

/**
 * Shows steps on standard error: on a terminal in one line about the running steps that is rewritten every second,
 * elsewhere in a plain line now and then.
 */
export function stepReport(stream: NodeJS.WriteStream = process.stderr): StepReport {
  let ticks = 0;
  const line = (text: string): void => {
    stream.write(`${stream.isTTY ? "\r\u001b[K" : ""}${text}\n`);
  };
  return {
    started(title) {
      if (!stream.isTTY) {
        line(`  ${title} ...`);
      }
    },
    running(titles, left) {
      if (titles.length === 0) {
        return;
      }
      ticks += 1;
      const now = titles.map(
        ({ title, seconds, typicalSeconds }) =>
          `${title} (${humanSeconds(seconds)} of about ${humanSeconds(typicalSeconds)})`,
      );
      const text = `  … ${now.join(", ")}; left: ${left.steps} steps, about ${humanSeconds(left.seconds)}`;
      if (stream.isTTY) {
        stream.write(`\r\u001b[K${text.slice(0, stream.columns - 1)}`);
      } else if (ticks % PLAIN_INTERVAL_SECONDS === 0) {
        line(text);
      }
    },
    finished(title, seconds) {
      line(`  ✓ ${title} (${humanSeconds(seconds)})`);
    },
  };
}
