import type { ProbeKind, RunRecord } from "../app/probe/record.ts";
import { firstSample } from "./summary.ts";
import { shortEnd, describeIdleTimeout, proxySeconds } from "./text.ts";

/** Titles of {@link comparisonRow}'s cells. */
export const COMPARISON_HEADER = [
  "stack",
  "timeout",
  "effective",
  "with sidecar",
  "proxy",
  "close reason",
  "without sidecar",
] as const;

/** One stack's run as a row of a table over stacks; `-` where there is nothing to say. */
export function comparisonRow(stack: string, record: RunRecord): string[] {
  const end = (kind: ProbeKind): string => {
    const sample = firstSample(record, kind);
    return sample === undefined ? "-" : shortEnd(sample);
  };
  const subject = firstSample(record, "withSidecar");
  const proxy = subject?.end === "open" ? null : subject?.proxy;
  return [
    stack,
    record.timeout,
    describeIdleTimeout(record.effective),
    end("withSidecar"),
    proxy ? proxySeconds(proxy.durationMs, subject?.timelapse) : "-",
    proxy?.closeReason ?? "-",
    end("withoutSidecar"),
  ];
}
