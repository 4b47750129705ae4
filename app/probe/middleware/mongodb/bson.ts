import { oneLine } from "../text.ts";

/** Value of the part of BSON (https://bsonspec.org/spec.html) that the probe's questions and their answers need. */
export type BsonValue =
  string | number | bigint | boolean | null | Buffer | BsonValue[] | BsonDocument;

export interface BsonDocument {
  [key: string]: BsonValue;
}

/** Bytes that name the type of an element. */
const DOUBLE = 0x01;
const STRING = 0x02;
const DOCUMENT = 0x03;
const ARRAY = 0x04;
const BINARY = 0x05;
const OBJECT_ID = 0x07;
const BOOLEAN = 0x08;
const DATETIME = 0x09;
const NULL = 0x0a;
const INT32 = 0x10;
const TIMESTAMP = 0x11;
const INT64 = 0x12;

/** Encodes a document; numbers must be whole and fit into an int32. */
export function encodeBson(document: BsonDocument): Buffer {
  const elements = Object.entries(document).map(([key, value]) => encodeElement(key, value));
  const body = Buffer.concat([...elements, Buffer.alloc(1)]);
  return Buffer.concat([int32(body.length + 4), body]);
}

function encodeElement(key: string, value: BsonValue): Buffer {
  const [type, bytes] = encodeValue(value);
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${key}\0`), bytes]);
}

function encodeValue(value: BsonValue): [type: number, bytes: Buffer] {
  if (typeof value === "string") {
    const text = Buffer.from(`${value}\0`);
    return [STRING, Buffer.concat([int32(text.length), text])];
  }
  if (typeof value === "number") {
    return [INT32, int32(value)];
  }
  if (typeof value === "boolean") {
    return [BOOLEAN, Buffer.from([value ? 1 : 0])];
  }
  if (Buffer.isBuffer(value)) {
    return [BINARY, Buffer.concat([int32(value.length), Buffer.alloc(1), value])];
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    return [DOCUMENT, encodeBson(value)];
  }
  throw new TypeError("null, arrays and longs can't be encoded");
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/**
 * Decodes a document from a server.
 *
 * @throws Error if a length in it is wrong, or it holds a type that no answer to the probe's questions has.
 */
export function decodeBson(bytes: Buffer): BsonDocument {
  const last = bytes.length - 1;
  if (bytes.length < 5 || bytes.readInt32LE(0) !== bytes.length || bytes[last] !== 0) {
    throw malformed("its length is wrong");
  }
  const document: BsonDocument = {};
  let offset = 4;
  while (offset < last) {
    const type = bytes.readUInt8(offset);
    const keyEnd = bytes.indexOf(0, offset + 1);
    if (keyEnd === last) {
      throw malformed("a key has no end");
    }
    const key = bytes.toString("utf8", offset + 1, keyEnd);
    const rest = bytes.subarray(keyEnd + 1, last);
    const size = sizeOf(type, key, rest);
    document[key] = decodeValue(type, rest.subarray(0, size));
    offset = keyEnd + 1 + size;
  }
  return document;
}

/** Size in bytes of every value of a type. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [DOUBLE, 8],
  [OBJECT_ID, 12],
  [BOOLEAN, 1],
  [DATETIME, 8],
  [NULL, 0],
  [INT32, 4],
  [TIMESTAMP, 8],
  [INT64, 8],
]);

/** Number of bytes that the length at the start of a value, an int32, does not count; by type. */
const UNCOUNTED: ReadonlyMap<number, number> = new Map([
  [STRING, 4],
  [DOCUMENT, 0],
  [ARRAY, 0],
  [BINARY, 5],
]);
/** Size in bytes of the shortest value with a length: an empty string, document or binary. */
const LEAST_WITH_LENGTH = 5;

/** Returns the size in bytes of the value at the start of `rest`; all of it is there. */
function sizeOf(type: number, key: string, rest: Buffer): number {
  const uncounted = UNCOUNTED.get(type);
  const least = uncounted === undefined ? SIZES.get(type) : LEAST_WITH_LENGTH;
  if (least === undefined) {
    throw new Error(`unknown BSON type 0x${type.toString(16)} in "${oneLine(key)}"`);
  }
  const size =
    uncounted === undefined || rest.length < least ? least : uncounted + rest.readInt32LE(0);
  if (size < least || size > rest.length) {
    throw malformed(`"${oneLine(key)}" would take ${size} of ${rest.length} bytes`);
  }
  return size;
}

function decodeValue(type: number, bytes: Buffer): BsonValue {
  switch (type) {
    case DOUBLE:
      return bytes.readDoubleLE(0);
    case STRING:
      return bytes.toString("utf8", 4, bytes.length - 1);
    case DOCUMENT:
      return decodeBson(bytes);
    case ARRAY:
      return Object.values(decodeBson(bytes));
    case BINARY:
      return bytes.subarray(5);
    case OBJECT_ID:
      return bytes;
    case BOOLEAN:
      return bytes.readUInt8(0) === 1;
    case NULL:
      return null;
    case INT32:
      return bytes.readInt32LE(0);
    default:
      return bytes.readBigInt64LE(0);
  }
}

function malformed(why: string): Error {
  return new Error(`invalid BSON: ${why}`);
}
