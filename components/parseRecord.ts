import { SCHEMA_VERSION } from "../app/probe/record.ts";
import type { RunRecord } from "../app/probe/record.ts";
import { unpackRecord } from "./packedRecord.ts";
import { userError } from "./userError.ts";

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
