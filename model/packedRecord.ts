/**
 * The record as text. One of many connections is long, and what a Command printed is handed to it as a variable
 * of its environment the next time, of which Linux takes 128 KiB: so a long one is packed.
 */
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";

import type { RunRecord } from "./record.ts";

/** Longest text, in characters, that is left as it is. */
const PLAIN_LIMIT = 49_152;

/** The Command provider hangs on a line of more than 64 KiB. */
const LINE_LENGTH = 120;

interface Packed extends Pick<RunRecord, "schemaVersion" | "run"> {
  /** The whole record as JSON, compressed by Brotli, in base64, in lines. */
  brotli: string[];
}

/** In many short lines. */
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

/**
 * Reads what {@link packRecord} made.
 *
 * @returns whatever the text holds, which need not be a record of this version.
 * @throws Error when it is no JSON, or packed in another way.
 */
export function unpackRecord(text: string): Partial<RunRecord> | null {
  const value = JSON.parse(text) as Partial<Packed> | null;
  if (value?.brotli === undefined) {
    return value;
  }
  const json = brotliDecompressSync(Buffer.from(value.brotli.join(""), "base64")).toString();
  return JSON.parse(json) as Partial<RunRecord>;
}
