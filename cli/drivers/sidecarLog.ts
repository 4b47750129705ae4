import type { EvidenceEntry } from "../../model/istio/evidence.ts";
import type { DriverRow } from "../../model/driverRecord.ts";

/**
 * Puts what the sidecar's access log says of the rows' connections beside them, which only the local port tells apart:
 * a port that was used twice has no entry, because which of the two is meant is not known.
 */
export function withEvidence(
  rows: readonly DriverRow[],
  entries: readonly EvidenceEntry[],
): DriverRow[] {
  return rows.map((row) => ({
    ...row,
    connections: row.connections.map((connection) => {
      const entry = lastOfOne(
        entries.filter(({ sourcePort }) => sourcePort === connection.localPort),
      );
      if (entry === undefined) {
        return connection;
      }
      const { durationMs, closeReason } = entry;
      return {
        ...connection,
        proxy: { durationMs, ...(closeReason !== undefined && { closeReason }) },
      };
    }),
  }));
}

/** The last of the entries that a mesh may have the sidecar write of one connection; undefined where they are of several. */
function lastOfOne(entries: readonly EvidenceEntry[]): EvidenceEntry | undefined {
  const [first, ...others] = entries.toSorted((a, b) => b.durationMs - a.durationMs);
  return others.every(({ start }) => start === first?.start) ? first : undefined;
}

/** Whether all that must have been closed meanwhile has its entry: it is written a second later. */
export function isComplete(rows: readonly DriverRow[]): boolean {
  return rows.every(({ connections }) =>
    connections.every(
      ({ localPort, proxy }, place) =>
        proxy !== undefined || localPort === undefined || place === connections.length - 1,
    ),
  );
}
