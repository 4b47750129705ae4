import type { Sample } from "../../app/probe/sample.ts";
import type { ListenerUpdate } from "../../model/record.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import { findAgain } from "../cluster/pods.ts";
import type { ProbePod } from "../cluster/pods.ts";
import { MeasureError, poll } from "../cluster/world.ts";
import type { World } from "../cluster/world.ts";
import type { Proxy } from "../sidecar/proxy.ts";
import type { PathReading } from "../sidecar/proxyConfig.ts";
import type { JournalTarget } from "./journal.ts";
import { NO_REMARKS } from "./notes.ts";
import type { Remarks } from "./notes.ts";

/** The kubelet tells of a container's end by so much late, in ms. */
const STATUS_LAG_MS = 5000;

/** A container ends so long after its Envoy at most, whose end is that of the connections, in ms. */
const CONTAINER_LAG_MS = 2000;

/** Changes at the sidecar while a connection was held, and their meaning for its figure. */
export interface Change extends Remarks {
  /** See {@link Measurement.listenerUpdate}. */
  listenerUpdate?: ListenerUpdate | null;
  /**
   * Why the connection may have ended with the sidecar, whose container ended right after it: a reason that makes the
   * figure void unless the sidecar logged the connection's end.
   */
  endedWith?: string;
  /** The sidecar was started again, before or after the connection's end: what it counted before is gone. */
  countsAnew?: true;
}

export const NO_CHANGE: Change = NO_REMARKS;

/** Tells what changed while a sample's connection was held. */
export type Changes = (sample: Sample) => Change;

/**
 * Finds out what changed at the sidecar since its configuration was read. Envoy closes connections whose filter chain
 * or listener is replaced, so the figures of those are void or their end may be a drain.
 */
export async function findChanges(
  world: World,
  pod: ProbePod,
  proxy: Proxy,
  { destination, path: before }: JournalTarget,
): Promise<Changes> {
  if (before.effective.source === "bypassed") {
    return () => NO_CHANGE;
  }
  try {
    const restarted = await findRestart(world, pod);
    if (restarted !== undefined) {
      return restarted;
    }
    const reading = await proxy.path(destination);
    const { chain, updatedAt } = before;
    if (reading.settled && reading.path.chain === chain && reading.path.updatedAt === updatedAt) {
      return () => (updatedAt === undefined ? NO_CHANGE : unchanged());
    }
    // A sidecar that was started again has taken its configuration anew, and the kubelet says so a moment later.
    return (await awaitRestart(world, pod)) ?? compare(before, reading, await drainTime(proxy));
  } catch (error) {
    if (error instanceof KubectlError || error instanceof MeasureError) {
      return (await awaitRestart(world, pod).catch(() => undefined)) ?? unknown(error.message);
    }
    throw error;
  }
}

/** Compares the listener as it is now with what it was before the connections were opened. */
function compare(
  before: JournalTarget["path"],
  reading: PathReading,
  drain: Pick<ListenerUpdate, "drainMs">,
): Changes {
  const updatedAt = reading.settled ? reading.path.updatedAt : undefined;
  const sameChain = reading.settled && reading.path.chain === before.chain;
  return (sample) => {
    const connectedMs = Date.parse(sample.connectedAt);
    const updatedMs = updatedAt === undefined ? Number.NaN : Date.parse(updatedAt);
    // A result that is collected late is older than the last update may be.
    if (updatedMs > connectedMs + sample.heldMs) {
      const what = sameChain ? "listener was updated" : "filter chain was replaced";
      return unknown(`its ${what} at ${updatedAt ?? ""}, and maybe before that too`)(sample);
    }
    if (!sameChain) {
      return voided("the filter chain was replaced while the connection was held");
    }
    if (updatedAt === undefined) {
      return NO_CHANGE;
    }
    return updatedMs <= connectedMs
      ? unchanged()
      : {
          voidReasons: [],
          notes: [
            `the sidecar's listener was updated at ${updatedAt}, while the connection was held`,
          ],
          listenerUpdate: { at: updatedAt, ...drain },
        };
  };
}

/** Looks whether the pod is gone or its sidecar was started again since the connections were opened. */
async function findRestart(world: World, pod: ProbePod): Promise<Changes | undefined> {
  const now = await findAgain(world, pod);
  if (typeof now === "string") {
    return unknown(`pod ${pod.name} ${now}`);
  }
  const restarts = now.proxyRestarts - pod.proxyRestarts;
  const { proxyEnded } = now;
  if (restarts === 0 && proxyEnded?.at === pod.proxyEnded?.at) {
    return undefined;
  }
  return (sample) => {
    const endedMs = Date.parse(sample.connectedAt) + sample.heldMs;
    if (proxyEnded === undefined) {
      return countingAnew(voided("the sidecar restarted while the connection was held"));
    }
    const what = `the sidecar's container ended at ${proxyEnded.at}, ${proxyEnded.why}`;
    const afterMs = Date.parse(proxyEnded.at) - endedMs;
    if (restarts > 1 || afterMs < 0) {
      return countingAnew(voided(`${what}, while the connection was held`));
    }
    // One that ended long after the connection did has no part in it.
    return countingAnew(
      afterMs <= CONTAINER_LAG_MS
        ? {
            ...NO_CHANGE,
            endedWith: `${what}, right after the connection, whose end it did not log`,
          }
        : NO_CHANGE,
    );
  };
}

function countingAnew(change: Change): Change {
  return { ...change, countsAnew: true };
}

/** Gives the kubelet a moment to tell of a container that has ended. */
async function awaitRestart(world: World, pod: ProbePod): Promise<Changes | undefined> {
  return poll(world.clock, { intervalMs: 1000, limitMs: STATUS_LAG_MS }, () =>
    findRestart(world, pod),
  );
}

async function drainTime(proxy: Proxy): Promise<Pick<ListenerUpdate, "drainMs">> {
  try {
    return { drainMs: await proxy.drainMs() };
  } catch {
    // An Envoy that does not tell its drain time leaves it open.
    return {};
  }
}

function unchanged(): Change {
  return { ...NO_REMARKS, listenerUpdate: null };
}

function unknown(why: string): Changes {
  return () => ({
    voidReasons: [],
    notes: [`whether the sidecar changed meanwhile is unknown: ${why}`],
  });
}

function voided(reason: string): Change {
  return { voidReasons: [reason], notes: [] };
}
