/**
 * The record as text. One of many connections is long, and what a Command printed is handed to it as a variable
 * of its environment the next time, of which Linux takes 128 KiB: so a long one is packed.
 */
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import * as v from "valibot";

import type { RunRecord } from "./record.ts";
import { readJson, RecordError } from "./schema/read.ts";
import { runRecordSchema } from "./schema/run.ts";

/** Longest text, in characters, that is left as it is. */
const PLAIN_LIMIT = 49_152;

/** The Command provider hangs on a line of more than 64 KiB. */
const LINE_LENGTH = 120;

/** Most that a record may unpack to, in bytes. */
const UNPACKED_LIMIT = 64 * 1024 * 1024;

const packedSchema = v.object({
  ...v.pick(runRecordSchema.pipe[0], ["schemaVersion", "run"]).entries,
  /** The whole record as JSON, compressed by Brotli, in base64, in lines. */
  brotli: v.array(v.string()),
});

type Packed = v.InferOutput<typeof packedSchema>;

/** Writes a record in many short lines. */
export function packRecord(record: RunRecord): string {
  const plain = JSON.stringify(record, undefined, 2);
  if (plain.length <= PLAIN_LIMIT) {
    return plain;
  }
  const base64 = brotliCompressSync(JSON.stringify(record)).toString("base64");
  const brotli = base64.match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
  const { schemaVersion, run } = record;
  const packed: Packed = { schemaVersion, run, brotli };
  return JSON.stringify(packed, undefined, 2);
}

/** Tells whether {@link packRecord} packed what it made. */
export function isPacked(text: string): boolean {
  return tryPacked(text) !== undefined;
}

/**
 * Reads what {@link packRecord} made.
 *
 * @throws RecordError when it is no record of this version.
 */
export function unpackRecord(text: string): RunRecord {
  const packed = tryPacked(text);
  return readJson(packed === undefined ? text : unpack(packed), runRecordSchema);
}

/** @returns undefined for a record that is not packed, and for what is none. */
function tryPacked(text: string): Packed | undefined {
  try {
    return readJson(text, packedSchema);
  } catch {
    return undefined;
  }
}

function unpack({ brotli }: Packed): string {
  try {
    const bytes = Buffer.from(brotli.join(""), "base64");
    return brotliDecompressSync(bytes, { maxOutputLength: UNPACKED_LIMIT }).toString();
  } catch (error) {
    throw new RecordError(`brotli can't be unpacked: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
