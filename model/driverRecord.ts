import type { ProbeKind } from "./record.ts";
import type { Connection, Row } from "../app/drivers/node/row.ts";

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
