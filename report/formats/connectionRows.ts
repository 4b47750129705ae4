import { DEFAULT_PATH, DEFAULT_REMEDY } from "../../model/remedy.ts";
import type { Comparison } from "../comparison.ts";
import { isDead } from "../text.ts";
import { judgeWithControls } from "../verdict.ts";

/** Titles of the cells of {@link connectionRows}; programs rely on them. */
export const CONNECTION_HEADER = [
  "stack",
  "istio",
  "envoy",
  "timeout",
  "path",
  "remedy",
  "middleware",
  "mode",
  "endpoint",
  "probe",
  "repetition",
  "connection",
  "connected_at",
  "end",
  "held_seconds",
  "timelapse",
  "proxy_seconds",
  "expected_seconds",
  "cause",
] as const;

/**
 * Lists every connection of a stack, a row each, for a spreadsheet. `held_seconds` and `expected_seconds` are wall time,
 * `proxy_seconds` is by the sidecar's clock, which runs `timelapse` times as fast (1 in real time). A cell is empty where
 * there is nothing to say; only connections through a sidecar have a cause.
 */
export function connectionRows({ stack, record, tests }: Comparison): string[][] {
  const { envoyVersion, istioVersion, path, remedy, timeout } = record;
  return tests.flatMap((test) =>
    test.samples.map((sample) => {
      const { connectedAt, connection, end, heldMs, probe, proxy, repetition, timelapse } = sample;
      const subject = probe === "withSidecar";
      return [
        stack,
        istioVersion,
        envoyVersion,
        timeout,
        path ?? DEFAULT_PATH,
        remedy ?? DEFAULT_REMEDY,
        test.middleware,
        test.mode,
        test.endpoint,
        probe,
        String(repetition),
        String(connection),
        connectedAt,
        sample.running ? "running" : isDead(sample) ? "dead" : end,
        end === "open" ? lowerBound(heldMs) : seconds(heldMs),
        String(timelapse?.factor ?? 1),
        proxy === null || end === "open" ? "" : seconds(proxy.durationMs),
        subject && test.expectedMs !== null ? seconds(test.expectedMs) : "",
        subject ? judgeWithControls(record, sample, test.samples).cause : "",
      ];
    }),
  );
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Rounded down: a lower bound must not claim more than was waited. */
function lowerBound(ms: number): string {
  return seconds(Math.floor(ms));
}
