import * as v from "valibot";

import type { Row } from "../app/drivers/node/row.ts";
import {
  durationMs,
  list,
  name,
  offsetMs,
  port,
  schemaOf,
  sentence,
  sentences,
} from "./schema/fields.ts";
import { probeKind } from "./schema/run.ts";

/** Version of the driver record's shape; raised whenever a reader of the old shape would misread the new one. */
export const DRIVER_SCHEMA_VERSION = 1;

/** Most connections of one case, and most cases of all drivers. */
const MAX_ROWS = 1000;

const errorSchema = v.object({ name, code: v.exactOptional(name), message: sentence });

const requestSchema = v.object({
  outcome: v.picklist(["ok", "error"]),
  ms: durationMs,
  error: v.exactOptional(errorSchema),
});

const connectionSchema = v.object({ openedMs: offsetMs, localPort: v.exactOptional(port) });

/**
 * Schema of the row that a driver program prints for a case. `app/drivers` says what each field means; its images have
 * no schemas.
 */
export const rowSchema = schemaOf<Row>()(
  v.object({
    driver: name,
    version: name,
    case: name,
    settings: sentences,
    problem: v.exactOptional(sentence),
    idleMs: durationMs,
    first: v.exactOptional(requestSchema),
    second: v.exactOptional(requestSchema),
    crash: v.exactOptional(v.object({ atMs: offsetMs, error: errorSchema })),
    connections: list(connectionSchema, { max: MAX_ROWS }),
    said: sentences,
  }),
);

const driverConnectionSchema = v.object({
  ...connectionSchema.entries,
  /** Entry of the sidecar's access log; absent while the connection is open, and where there is none. */
  proxy: v.exactOptional(v.object({ durationMs, closeReason: v.exactOptional(v.nullable(name)) })),
});

const driverRowSchema = v.object({
  probe: probeKind,
  ...rowSchema.entries,
  connections: list(driverConnectionSchema, { max: MAX_ROWS }),
});

export const driverRecordSchema = v.object({
  schemaVersion: v.literal(DRIVER_SCHEMA_VERSION),
  run: name,
  /** The sidecar's idle timeout, in ms. */
  idleTimeoutMs: durationMs,
  /** How long each driver was left alone, in ms. */
  idleMs: durationMs,
  /** Sorted by driver and case, the one with a sidecar first. */
  rows: list(driverRowSchema, { max: MAX_ROWS }),
});

/** Record of real drivers in the two pods. */
export type DriverRecord = v.InferOutput<typeof driverRecordSchema>;

/** One case in one of the pods. */
export type DriverRow = v.InferOutput<typeof driverRowSchema>;
