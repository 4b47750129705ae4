import type { RunRecord } from "../../model/record.ts";
import { userError } from "../common/userError.ts";
import { SCHEMA_VERSION } from "../../model/record.ts";
import { unpackRecord } from "../../model/packedRecord.ts";
import type { DriverRecord } from "../../model/driverRecord.ts";
import { DRIVER_SCHEMA_VERSION } from "../../model/driverRecord.ts";

/**
 * Reads the record that `cli/measure` printed.
 *
 * @throws pulumi.RunError when it is none, or one of another version of this program.
 */
export function parseRecord(text: string): RunRecord {
  const record = parse(text);
  if (record?.schemaVersion !== SCHEMA_VERSION) {
    const found =
      record?.schemaVersion === undefined
        ? `${JSON.stringify(text.slice(0, 60))}, which is none`
        : `one of schema version ${JSON.stringify(record.schemaVersion)}`;
    throw userError(
      `the measurement's record: found ${found}; this program reads schema version ` +
        `${SCHEMA_VERSION}, set run to another number to measure again`,
    );
  }
  return record as RunRecord;
}

function parse(text: string): { schemaVersion?: unknown } | null {
  try {
    return unpackRecord(text);
  } catch {
    return null;
  }
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
