import type { EvidenceEntry } from "../../model/istio/evidence.ts";
import type { DriverRow } from "../../model/driverRecord.ts";

/** The rows with what the sidecar's access log says of their connections. */
export function withEvidence(
  rows: readonly DriverRow[],
  entries: readonly EvidenceEntry[],
): DriverRow[] {
  const byPort = new Map(entries.map((entry) => [entry.sourcePort, entry]));
  return rows.map((row) => ({
    ...row,
    connections: row.connections.map((connection) => {
      const entry = byPort.get(connection.localPort ?? 0);
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

/** Whether all that must have been closed meanwhile has its entry: it is written a second later. */
export function isComplete(rows: readonly DriverRow[]): boolean {
  return rows.every(({ connections }) =>
    connections.every(
      ({ localPort, proxy }, place) =>
        proxy !== undefined || localPort === undefined || place === connections.length - 1,
    ),
  );
}
