import type { Sample } from "../../app/probe/sample.ts";
import type { JournalTarget } from "./journal.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import { NO_REMARKS } from "./notes.ts";
import type { Remarks } from "./notes.ts";
import { findAgain } from "../cluster/pods.ts";
import type { ProbePod } from "../cluster/pods.ts";
import type { Proxy } from "../sidecar/proxy.ts";
import { MeasureError } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";

/** What to say of a sample, whose connection ended before that was found out. */
export type Changes = (sample: Sample) => Remarks;

const NO_CHANGES: Changes = () => NO_REMARKS;

/**
 * Finds out what changed at the sidecar since its configuration was read. Envoy closes connections whose
 * filter chain changes, so the figures of those are void.
 */
export async function findChanges(
  world: World,
  pod: ProbePod,
  proxy: Proxy,
  { destination, path: before }: JournalTarget,
): Promise<Changes> {
  if (before.effective.source === "bypassed") {
    return NO_CHANGES;
  }
  try {
    const now = await findAgain(world, pod);
    if (typeof now === "string") {
      return unknown(`pod ${pod.name} ${now}`);
    }
    if (now.proxyRestarts !== pod.proxyRestarts) {
      return changed("the sidecar restarted");
    }
    const reading = await proxy.path(destination);
    if (reading.settled && reading.path.chain === before.chain) {
      return NO_CHANGES;
    }
    // A result that is collected late is older than the last change may be.
    const updatedAt = reading.settled ? (reading.path.updatedAt ?? "") : "";
    const late = unknown(
      `its filter chain was replaced at ${updatedAt}, and maybe before that too`,
    );
    const meanwhile = changed("the filter chain was replaced");
    return (sample) =>
      Date.parse(updatedAt) > Date.parse(sample.connectedAt) + sample.heldMs
        ? late(sample)
        : meanwhile(sample);
  } catch (error) {
    if (error instanceof KubectlError || error instanceof MeasureError) {
      return unknown(error.message);
    }
    throw error;
  }
}

function unknown(why: string): Changes {
  return () => ({
    voidReasons: [],
    notes: [`whether the sidecar changed meanwhile is unknown: ${why}`],
  });
}

function changed(what: string): Changes {
  return () => ({ voidReasons: [`${what} while the connection was held`], notes: [] });
}
