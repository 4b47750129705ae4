import { isIPv6 } from "node:net";

import type { Sample } from "../app/probe/record.ts";
import { parseEvidenceLine } from "../components/evidence.ts";
import type { EvidenceEntry } from "../components/evidence.ts";
import { KubectlError } from "./kubectl.ts";
import { poll } from "./world.ts";
import type { World } from "./world.ts";
import type { ProbePod } from "./pods.ts";

/** The proxy writes its log every second; a busy node and the kubelet add to that. */
const CLOSED_LIMIT_MS = 10_000;
/** After the probe closed the connection itself, the proxy's entry may take as long as the server likes. */
const OPEN_LIMIT_MS = 3000;
/** Both clocks are the node's; this is for what lies between accept and "connected". */
const SAME_CONNECTION_MS = 5000;

/** What came of looking for an entry: it, nothing, or why the log could not be read. */
export interface EntrySearch {
  entry?: EvidenceEntry;
  unreadable?: string;
}

/** Waits for the proxy's entry of the sample's connection. The sample is worth keeping without it. */
export async function findEntry(world: World, pod: ProbePod, sample: Sample): Promise<EntrySearch> {
  const since = new Date(Date.parse(sample.connectedAt) - SAME_CONNECTION_MS).toISOString();
  const logs = ["logs", pod.name, "--container", "istio-proxy", "--since-time", since];
  const limitMs = sample.end === "open" ? OPEN_LIMIT_MS : CLOSED_LIMIT_MS;
  let unreadable: string | undefined;
  const entry = await poll(world.clock, { intervalMs: 1000, limitMs }, async () => {
    try {
      const found = matchEntry(await world.kubectl(logs), sample);
      unreadable = undefined;
      return found;
    } catch (error) {
      if (!(error instanceof KubectlError)) {
        throw error;
      }
      unreadable = error.message;
      return undefined;
    }
  });
  return { ...(entry && { entry }), ...(unreadable !== undefined && { unreadable }) };
}

/**
 * The entry of the sample's connection: that of the same source, and where a port was used again the
 * one that began closest to "connected".
 */
export function matchEntry(log: string, sample: Sample): EvidenceEntry | undefined {
  const { localAddress, localPort, connectedAt } = sample;
  const source = `${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`;
  const distanceMs = (entry: EvidenceEntry): number =>
    Math.abs(Date.parse(entry.start) - Date.parse(connectedAt));
  return log
    .split("\n")
    .flatMap((line) => parseEvidenceLine(line) ?? [])
    .filter((entry) => entry.source === source && distanceMs(entry) <= SAME_CONNECTION_MS)
    .sort((a, b) => distanceMs(a) - distanceMs(b))[0];
}
