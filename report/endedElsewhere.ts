import { formatDuration } from "../model/duration.ts";
import type {
  IdleTimeoutCount,
  ListenerUpdate,
  Measurement,
  ProxyEvidence,
} from "../model/record.ts";
import type { Judgement } from "./cause.ts";
import { isReset } from "./closeReasons.ts";
import { seconds } from "./text.ts";

/** A server that counts whole seconds may close by so much before its limit, in ms. */
const LIMIT_TOLERANCE_MS = 1000;

/** A drain ends by so much before or after the listener's update and the drain time, in ms. */
const DRAIN_TOLERANCE_MS = 1000;

/** A connection that ended, and what the sidecar says of that. */
interface Ended {
  sample: Measurement;
  /** Entry of its end in the access log. */
  proxy: ProxyEvidence | null;
  count: IdleTimeoutCount | undefined;
  /** How many times as fast the sidecar's clock ran; 1 is real time. */
  factor: number;
}

/**
 * Judges a connection through a sidecar that ended without a reason of the sidecar's own. It is the endpoint's end only
 * where the proxy saw the endpoint close, or where nothing else can explain it: neither a drain nor, by its count, the
 * idle timeout.
 */
export function endedWithoutReason({ sample, proxy, count, factor }: Ended): Judgement {
  const { listenerUpdate } = sample;
  if (proxy === null || isReset(proxy) || typeof proxy.upstreamClose === "string") {
    return endedByEndpoint(sample, proxy);
  }
  const silent =
    proxy.closeReason === undefined
      ? "the sidecar's version does not log why it closes connections"
      : "the sidecar's log names no reason";
  if (listenerUpdate === undefined) {
    return unknown(`${silent}, and whether it drained its listener meanwhile is not known`);
  }
  if (listenerUpdate !== null) {
    return endedAfterUpdate(sample, listenerUpdate, factor, silent);
  }
  if (proxy.closeReason === undefined && count === undefined) {
    return unknown(`${silent}, and it keeps no count of its idle timeouts`);
  }
  return endedByEndpoint(sample, proxy);
}

/** A listener that was updated while it carried the connection drains it: the end of that is known by the clock. */
function endedAfterUpdate(
  { connectedAt, heldMs }: Measurement,
  { at, drainMs }: ListenerUpdate,
  factor: number,
  silent: string,
): Judgement {
  const updatedMs = Date.parse(at) - Date.parse(connectedAt);
  const afterUpdateMs = heldMs - updatedMs;
  if (
    factor === 1 &&
    drainMs !== undefined &&
    Math.abs(afterUpdateMs - drainMs) <= DRAIN_TOLERANCE_MS
  ) {
    return {
      cause: "configDrain",
      sentence:
        `The sidecar updated the listener of the connection ${seconds(updatedMs)} after it was opened, and the ` +
        `connection ended when the drain time of ${formatDuration(drainMs)} was over.`,
    };
  }
  return unknown(
    `${silent}, and its listener was updated while the connection was held, so that it may have drained it`,
  );
}

function unknown(why: string): Judgement {
  return { cause: "unknown", sentence: `The connection ended, and nothing says by whom: ${why}.` };
}

/** Judges a connection that ended from the other side: the sidecar, where there is one, only passed that on. */
function endedByEndpoint(
  { end, heldMs, idleLimit, lastByteMs = 0 }: Measurement,
  proxy: ProxyEvidence | null,
): Judgement {
  const reset = proxy === null ? end === "reset" : isReset(proxy);
  const how = proxy?.upstreamClose ?? null;
  const word = how === null ? "" : ` (${how})`;
  const notTheSidecar = proxy === null ? "" : ", not the sidecar";
  if (reset) {
    return {
      cause: "serverReset",
      sentence: `The endpoint, or something on the way to it, reset the connection${word}${notTheSidecar}.`,
    };
  }
  // A server that closes for another reason closes before its limit, which no connection outlives.
  if (
    idleLimit !== undefined &&
    idleLimit.ms > 0 &&
    heldMs - lastByteMs >= idleLimit.ms - LIMIT_TOLERANCE_MS
  ) {
    return {
      cause: "serverLimit",
      sentence:
        `The endpoint closed the connection${word} by its own limit on idle connections, ` +
        `${idleLimit.setting} of ${formatDuration(idleLimit.ms)}${notTheSidecar}.`,
    };
  }
  return {
    cause: "serverClosed",
    sentence: `The endpoint, or something on the way to it, closed the connection${word}${notTheSidecar}.`,
  };
}
