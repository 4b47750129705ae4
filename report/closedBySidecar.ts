import type { ProxyEvidence } from "../model/record.ts";
import type { Judgement } from "./cause.ts";
import {
  DRAIN_CLOSE_REASONS,
  IDLE_CLOSE_REASON,
  MAX_DURATION,
  MAX_DURATION_CLOSE_REASON,
  UNREACHED,
} from "./closeReasons.ts";

/**
 * Reads from the sidecar's access-log entry why the sidecar itself closed a connection.
 *
 * @returns undefined where the entry names no reason of the sidecar's own; the sentence is empty for the idle timeout,
 *   which the caller words.
 */
export function closedBySidecar(proxy: ProxyEvidence): Judgement | undefined {
  const { closeReason, responseFlags, upstreamLocal } = proxy;
  if (UNREACHED.test(responseFlags)) {
    return {
      cause: "unreachable",
      sentence: `The sidecar accepted the connection but could not reach the endpoint (${responseFlags}), and closed it.`,
    };
  }
  // Its timers run while it still connects, and may end before the limit on that does.
  if (upstreamLocal === null && closeReason !== null) {
    return {
      cause: "unreachable",
      sentence: `The sidecar accepted the connection but had not reached the endpoint yet when it closed it (${closeReason ?? "its version does not log why"}).`,
    };
  }
  if (MAX_DURATION.test(responseFlags)) {
    return MAX_CONNECTION_DURATION;
  }
  switch (closeReason) {
    case null:
    case undefined:
      return undefined;
    case IDLE_CLOSE_REASON:
      return { cause: "idleTimeout", sentence: "" };
    case MAX_DURATION_CLOSE_REASON:
      return MAX_CONNECTION_DURATION;
  }
  if (DRAIN_CLOSE_REASONS.includes(closeReason)) {
    return {
      cause: "configDrain",
      sentence:
        "The sidecar closed the connection because its configuration changed: it drains connections that the old " +
        "configuration carries.",
    };
  }
  return {
    cause: "unknown",
    sentence: `The sidecar closed the connection for another reason: ${closeReason}.`,
  };
}

const MAX_CONNECTION_DURATION: Judgement = {
  cause: "maxConnectionDuration",
  sentence:
    "The sidecar closed the connection because it had reached its greatest duration (maxConnectionDuration), idle or not.",
};
