import type { Measurement, RunRecord } from "../../../model/record.ts";
import { endedInTime } from "../../../model/inTime.ts";
import { toWallMs } from "../../../model/timelapse.ts";
import { OPEN_CAUSES } from "../../cause.ts";
import type { Cause } from "../../cause.ts";
import { closedBySidecar } from "../../closedBySidecar.ts";
import { isReset } from "../../closeReasons.ts";
import { recordTarget } from "../../recordTarget.ts";
import { entryOfTheEnd } from "../../sampleVerdict.ts";
import { describeEntry, timedOutInDebugLog } from "../../sampleEvidence.ts";
import { describeSpread } from "../../spread.ts";
import { describeEnd, describeIdleTimeout, isDead } from "../../text.ts";
import { whyUnreachable } from "../../unreachable.ts";

/** How an observer stands to a verdict. */
export type Stand = "agrees" | "disagrees" | "does not tell" | "not asked";

/** What one observer says. */
export interface Witness {
  observer: string;
  says: string;
  stand: Stand;
}

/** A verdict, and the connection that it stands on. */
interface Case {
  cause: Cause;
  subject: Measurement;
  /** Connections of the test in the pod without a sidecar. */
  controls: readonly Measurement[];
  record: RunRecord;
}

/** Verdicts that say of no connection how it ended: nobody can agree with them. */
const SAYS_NOTHING: readonly Cause[] = ["running", "void", "unknown"];

/** Lists what each observer says of the connection on which the verdict stands. */
export function witnesses(about: Case): Witness[] {
  const all = [
    probeClock(about),
    accessLog(about),
    counter(about),
    debugLog(about),
    filterChain(about),
    control(about),
    endpointAfterwards(about),
  ];
  return SAYS_NOTHING.includes(about.cause)
    ? all.map((each) => ({
        ...each,
        stand: each.stand === "not asked" ? each.stand : "does not tell",
      }))
    : all;
}

/** A stand of an observer who was asked. */
function standOf(agrees: boolean, disagrees: boolean): Stand {
  return agrees ? "agrees" : disagrees ? "disagrees" : "does not tell";
}

function probeClock({ cause, subject, record }: Case): Witness {
  const { effective } = recordTarget(record, subject);
  const open = subject.end === "open";
  const inTime = endedInTime(subject, effective, record.timelapse?.factor ?? 1);
  const stand = OPEN_CAUSES.includes(cause)
    ? standOf(open, !open)
    : cause === "idleTimeout"
      ? standOf(inTime, !inTime)
      : standOf(false, open && cause !== "endpointGone");
  return { observer: "probe's clock", says: describeEnd(subject), stand };
}

function accessLog({ cause, subject, record }: Case): Witness {
  const observer = "sidecar's access log";
  if (subject.end === "open") {
    return { observer, says: "the probe closed the connection at the end", stand: "not asked" };
  }
  const proxy = entryOfTheEnd(subject, record.timelapse?.factor ?? 1);
  if (proxy === null) {
    return { observer, says: "it has no entry of the connection's end", stand: "does not tell" };
  }
  const says = describeEntry(proxy, record.timelapse);
  const own = closedBySidecar(proxy)?.cause;
  if (own !== undefined) {
    return { observer, says, stand: standOf(own === cause, own !== cause) };
  }
  const reset = isReset(proxy);
  const byEndpoint = reset || typeof proxy.upstreamClose === "string";
  const agrees =
    (cause === "serverReset" && reset) ||
    ((cause === "serverClosed" || cause === "serverLimit") && byEndpoint && !reset);
  return { observer, says, stand: standOf(agrees, cause === "idleTimeout" && byEndpoint) };
}

function counter({ cause, subject: { end, idleTimeouts } }: Case): Witness {
  const observer = "sidecar's counter";
  if (idleTimeouts === undefined) {
    const says = end === "open" ? "the connection did not end" : "the record has none";
    return { observer, says, stand: "not asked" };
  }
  const { name, before, after, due } = idleTimeouts;
  const risen = after - before;
  const stand =
    cause === "idleTimeout" ? standOf(risen >= due, risen === 0) : standOf(risen === 0, false);
  return { observer, says: `${name}: ${before} before, ${after} after, ${due} due`, stand };
}

function debugLog({ cause, subject }: Case): Witness {
  const observer = "sidecar's debug log";
  if (subject.debugLog === undefined) {
    return {
      observer,
      says: "the record has none; evidence: debug asks for it",
      stand: "not asked",
    };
  }
  const timedOut = timedOutInDebugLog(subject);
  const says = timedOut ? "Session timed out" : "no line about its idle timeout";
  return {
    observer,
    says,
    stand: cause === "idleTimeout" ? standOf(timedOut, !timedOut) : standOf(false, timedOut),
  };
}

function filterChain({ cause, subject, record }: Case): Witness {
  const observer = "sidecar's filter chain";
  const { effective } = recordTarget(record, subject);
  const { heldMs, lastByteMs = 0, listenerUpdate } = subject;
  const updated =
    listenerUpdate === undefined
      ? ""
      : listenerUpdate === null
        ? "; not updated meanwhile"
        : `; updated at ${listenerUpdate.at}`;
  const says = `idle timeout ${describeIdleTimeout(effective)} before the clock started${updated}`;
  const wallMs = toWallMs(effective.idleTimeoutMs, record.timelapse?.factor ?? 1);
  switch (cause) {
    case "idleTimeout":
      return {
        ...{ observer, says },
        stand: standOf(
          effective.idleTimeoutMs > 0 && (listenerUpdate ?? null) === null,
          effective.idleTimeoutMs === 0,
        ),
      };
    case "configDrain":
      return {
        observer,
        says,
        stand: standOf((listenerUpdate ?? null) !== null, listenerUpdate === null),
      };
    case "stillOpen": {
      const due = effective.idleTimeoutMs > 0 && heldMs - lastByteMs > wallMs;
      return { observer, says, stand: standOf(!due, due) };
    }
    default:
      return { observer, says, stand: "does not tell" };
  }
}

function control({ cause, controls }: Case): Witness {
  const observer = "pod without a sidecar";
  if (controls.length === 0) {
    return { observer, says: "it has no connection", stand: "not asked" };
  }
  const dropped = controls.some((each) => each.end !== "open" || isDead(each));
  const says = describeSpread(controls);
  switch (cause) {
    case "idleTimeout":
    case "maxConnectionDuration":
    case "configDrain":
      return { observer, says, stand: standOf(!dropped, dropped) };
    case "dead":
      return { observer, says, stand: standOf(controls.some(isDead), false) };
    case "droppedWithoutSidecarToo":
    case "serverClosed":
    case "serverReset":
    case "serverLimit":
      return { observer, says, stand: standOf(dropped, false) };
    default:
      return { observer, says, stand: "does not tell" };
  }
}

function endpointAfterwards({ cause, controls }: Case): Witness {
  const observer = "endpoint afterwards";
  const why = controls.find(({ unreachableAfter }) => unreachableAfter !== undefined);
  return why?.unreachableAfter === undefined
    ? { observer, says: "reached, or not tried", stand: "does not tell" }
    : {
        ...{ observer, says: whyUnreachable(why.unreachableAfter) },
        stand: standOf(cause === "endpointGone" || cause === "unreachable", true),
      };
}
