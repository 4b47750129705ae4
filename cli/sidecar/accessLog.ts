import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import { isIPv6 } from "node:net";
import type { ProxyEvidence } from "../../model/record.ts";
import type { Sample } from "../../app/probe/sample.ts";
import type { EvidenceEntry } from "../../model/istio/evidence.ts";
import type { ProbePod } from "../cluster/pods.ts";
import type { World } from "../cluster/world.ts";
import { parseEvidenceLine } from "../../model/istio/evidence.ts";
import { isOfTheEnd } from "../../report/closeReasons.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import { poll } from "../cluster/world.ts";

/** The proxy writes its log every second; a busy node and the kubelet add to that. */
const CLOSED_LIMIT_MS = 10_000;
/** After the probe closed the connection itself, the proxy's entry may take as long as the server likes. */
const OPEN_LIMIT_MS = 3000;
/** Both clocks are the node's; this is for what lies between accept and "connected". */
const SAME_CONNECTION_MS = 5000;

/** Result of a search for an entry: the entry, nothing, or why the log could not be read. */
export interface EntrySearch {
  entry?: EvidenceEntry;
  unreadable?: string;
}

/** Tells what came of looking for the entry of a sample's connection. */
export type EntrySearches = (sample: Sample) => EntrySearch;

/**
 * Waits for the proxy's entries of the samples' connections, also in the log of a container that has been started again
 * since. A sample is worth keeping without its entry.
 *
 * @param factor how many times as fast the sidecar's clock runs; 1 is real time.
 */
export async function findEntries(
  world: World,
  pod: ProbePod,
  samples: readonly Sample[],
  factor: number,
): Promise<EntrySearches> {
  const earliestMs = Math.min(...samples.map(({ connectedAt }) => Date.parse(connectedAt)));
  const since = new Date(earliestMs - SAME_CONNECTION_MS).toISOString();
  const logs = ["logs", pod.name, "--container", PROXY_CONTAINER, "--since-time", since];
  const closed = samples.filter(({ end }) => end !== "open");
  const found = new Map<Sample, EvidenceEntry>();
  let unreadable: string | undefined;
  const complete = (sample: Sample): boolean => {
    const entry = found.get(sample);
    return entry !== undefined && isOfTheEnd(entry, sample.heldMs, factor);
  };
  const readOnce = async (...options: string[]): Promise<string | undefined> => {
    try {
      const match = entryMatcher(await world.kubectl([...logs, ...options]));
      for (const sample of samples) {
        const entry = match(sample);
        if (entry !== undefined) {
          found.set(sample, entry);
        }
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof KubectlError)) {
        throw error;
      }
      return error.message;
    }
  };
  const readUntilFound = (wanted: readonly Sample[], limitMs: number): Promise<unknown> =>
    poll(world.clock, { intervalMs: 1000, limitMs }, async () => {
      if (!wanted.every(complete)) {
        unreadable = await readOnce();
      }
      return wanted.every(complete) || undefined;
    });
  await readUntilFound(closed, CLOSED_LIMIT_MS);
  if (closed.length < samples.length) {
    await readUntilFound(samples, OPEN_LIMIT_MS);
  }
  if (!closed.every(complete)) {
    await readOnce("--previous");
  }
  return (sample) => {
    const entry = sample.end === "open" || complete(sample) ? found.get(sample) : undefined;
    return { ...(entry && { entry }), ...(unreadable !== undefined && { unreadable }) };
  };
}

/**
 * Finds the last entry of a sample's connection in a log: of the same source, where a port was used again of the
 * connection that began closest to "connected", and of the entries that a mesh may write in between the longest.
 */
export function entryMatcher(log: string): (sample: Sample) => EvidenceEntry | undefined {
  const bySource = new Map<string, EvidenceEntry[]>();
  for (const line of log.split("\n")) {
    const entry = parseEvidenceLine(line);
    if (entry !== undefined) {
      bySource.set(entry.source, [...(bySource.get(entry.source) ?? []), entry]);
    }
  }
  return ({ localAddress, localPort, connectedAt }) => {
    const source = `${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`;
    const distanceMs = (entry: EvidenceEntry): number =>
      Math.abs(Date.parse(entry.start) - Date.parse(connectedAt));
    return (bySource.get(source) ?? [])
      .filter((entry) => distanceMs(entry) <= SAME_CONNECTION_MS)
      .sort((a, b) => distanceMs(a) - distanceMs(b) || b.durationMs - a.durationMs)[0];
  };
}

export function evidenceOf(entry: EvidenceEntry | undefined): ProxyEvidence | null {
  if (entry === undefined) {
    return null;
  }
  const { durationMs, responseFlags, upstreamCluster } = entry;
  const { closeReason, upstreamClose, upstreamLocal } = entry;
  return {
    ...{ durationMs, responseFlags },
    ...(closeReason !== undefined && { closeReason }),
    ...(upstreamClose !== undefined && { upstreamClose }),
    ...(upstreamLocal !== undefined && { upstreamLocal }),
    upstreamCluster,
  };
}
