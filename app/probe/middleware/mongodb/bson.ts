/** The part of BSON that questions to MongoDB and their answers need, see https://bsonspec.org/spec.html. */
export type BsonValue =
  string | number | bigint | boolean | null | Buffer | BsonValue[] | BsonDocument;

export interface BsonDocument {
  [key: string]: BsonValue;
}

/** Types of elements. */
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

/** Whole numbers are written as int32; they have to fit. */
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
  throw new TypeError("no question needs a null, an array or a long");
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** @throws Error when it is cut off, or holds a type that no answer to a question of the probe has. */
export function decodeBson(bytes: Buffer): BsonDocument {
  if (bytes.length < 5 || bytes.readInt32LE(0) !== bytes.length) {
    throw new Error("not a document of BSON: its length is wrong");
  }
  const document: BsonDocument = {};
  let offset = 4;
  while (offset < bytes.length - 1) {
    const type = bytes.readUInt8(offset);
    const end = bytes.indexOf(0, offset + 1);
    const key = bytes.toString("utf8", offset + 1, end);
    const { value, used } = decodeValue(type, key, bytes.subarray(end + 1));
    document[key] = value;
    offset = end + 1 + used;
  }
  return document;
}

function decodeValue(type: number, key: string, bytes: Buffer): { value: BsonValue; used: number } {
  switch (type) {
    case DOUBLE:
      return { value: bytes.readDoubleLE(0), used: 8 };
    case STRING: {
      const used = 4 + bytes.readInt32LE(0);
      return { value: bytes.toString("utf8", 4, used - 1), used };
    }
    case DOCUMENT:
    case ARRAY: {
      const used = bytes.readInt32LE(0);
      const inner = decodeBson(bytes.subarray(0, used));
      return { value: type === ARRAY ? Object.values(inner) : inner, used };
    }
    case BINARY: {
      const used = 5 + bytes.readInt32LE(0);
      return { value: bytes.subarray(5, used), used };
    }
    case OBJECT_ID:
      return { value: bytes.subarray(0, 12), used: 12 };
    case BOOLEAN:
      return { value: bytes.readUInt8(0) === 1, used: 1 };
    case NULL:
      return { value: null, used: 0 };
    case INT32:
      return { value: bytes.readInt32LE(0), used: 4 };
    case DATETIME:
    case TIMESTAMP:
    case INT64:
      return { value: bytes.readBigInt64LE(0), used: 8 };
    default:
      throw new Error(`BSON of type 0x${type.toString(16)} in "${key}" is not known here`);
  }
}
