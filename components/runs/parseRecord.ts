import type { DriverRecord } from "../../model/driverRecord.ts";
import { driverRecordSchema } from "../../model/driverRecord.ts";
import { unpackRecord } from "../../model/packedRecord.ts";
import type { RunRecord } from "../../model/record.ts";
import { readOr, readJson } from "../../model/schema/read.ts";
import { userError } from "../common/userError.ts";

/**
 * Reads the record that `cli/measure` printed.
 *
 * @throws pulumi.RunError when it is none, or one of another version of this program.
 */
export function parseRecord(text: string): RunRecord {
  return readOr(() => unpackRecord(text), unreadable("the measurement's record"));
}

/**
 * Reads the record that `cli/drivers` printed.
 *
 * @throws pulumi.RunError when it is none, or one of another version of this program.
 */
export function parseDriverRecord(text: string): DriverRecord {
  return readOr(() => readJson(text, driverRecordSchema), unreadable("the record of the drivers"));
}

function unreadable(what: string): (cause: Error) => Error {
  return ({ message }) =>
    userError(`${what} can't be read: ${message}; set run to another number to measure again`);
}
