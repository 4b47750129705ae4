import type { MeasureArguments } from "../../cli/measure/arguments.ts";
import { DEFAULT_LOAD } from "../../model/modes.ts";
import { parseTimeout } from "../../model/timeout.ts";
import { RUN } from "./fakeCluster.ts";

/** What a stack with that timeout and nothing else set asks of `measure`, watched for 14 s. */
export function asked(
  timeoutText: string,
  changes: Partial<MeasureArguments> = {},
): MeasureArguments {
  const timeout = parseTimeout(timeoutText);
  return {
    namespace: `idle-${timeoutText}`,
    run: RUN,
    targets: [{ middleware: "tcp", endpoint: { host: "10.0.0.5", port: 6379 } }],
    ...DEFAULT_LOAD,
    timeoutText,
    timeout,
    observeMs: 14_000,
    waitMs: Infinity,
    timelapse: 1,
    path: "passthrough",
    remedy: "envoyFilter",
    // By default nothing is configured, so there is no object to look for.
    ...(timeout.variant !== "default" && {
      policy: { kind: "EnvoyFilter", name: "idle-timeout" } as const,
    }),
    evidence: true,
    debugLog: false,
    ...changes,
  };
}
