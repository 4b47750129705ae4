import type { ProbeKind } from "../../app/probe/record.ts";
import type { Connection, Row } from "../../app/drivers/node/row.ts";
import { userError } from "../../components/userError.ts";

export const DRIVER_SCHEMA_VERSION = 1;

/** What real drivers did in the two pods. */
export interface DriverRecord {
  schemaVersion: typeof DRIVER_SCHEMA_VERSION;
  run: string;
  /** The sidecar's idle timeout, in ms. */
  idleTimeoutMs: number;
  /** How long each driver was left alone, in ms. */
  idleMs: number;
  /** By driver and case, that with a sidecar first. */
  rows: DriverRow[];
}

/** One case in one of the pods. */
export interface DriverRow extends Row {
  probe: ProbeKind;
  connections: DriverConnection[];
}

export interface DriverConnection extends Connection {
  /** What the sidecar's access log says of it; absent while it is open, and where there is no entry. */
  proxy?: { durationMs: number; closeReason?: string | null };
}

/**
 * Reads the record that `cli/drivers` printed.
 *
 * @throws pulumi.RunError when it is none, or one of another version of this program.
 */
export function parseDriverRecord(text: string): DriverRecord {
  let record: Partial<DriverRecord> | null = null;
  try {
    record = JSON.parse(text) as Partial<DriverRecord> | null;
  } catch {
    // It is told below what was found in its place.
  }
  if (record?.schemaVersion !== DRIVER_SCHEMA_VERSION) {
    throw userError(
      `the record of the drivers: found ${JSON.stringify(text.slice(0, 60))}, which is none of schema version ` +
        `${DRIVER_SCHEMA_VERSION}; set run to another number to measure again`,
    );
  }
  return record as DriverRecord;
}
