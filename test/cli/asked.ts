import type { MeasureRequest } from "../../model/requests.ts";
import { DEFAULT_LOAD } from "../load.ts";
import { RUN } from "./fakeCluster.ts";

/** Makes the request of a stack with that timeout and nothing else set, watched for 14 s. */
export function asked(timeout: string, changes: Partial<MeasureRequest> = {}): MeasureRequest {
  return {
    namespace: `idle-${timeout}`,
    run: RUN,
    targets: [{ middleware: "tcp", endpoint: { host: "10.0.0.5", port: 6379 } }],
    ...DEFAULT_LOAD,
    timeout,
    observeMs: 14_000,
    waitMs: Infinity,
    timelapse: 1,
    path: "passthrough",
    remedy: "envoyFilter",
    // By default nothing is configured, so there is no object to look for.
    ...(timeout !== "default" && { policy: "EnvoyFilter/idle-timeout" }),
    evidence: true,
    debugLog: false,
    ...changes,
  };
}
