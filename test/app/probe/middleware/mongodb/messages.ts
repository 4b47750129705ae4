import { encodeBson } from "../../../../../app/probe/middleware/mongodb/bson.ts";
import type { BsonDocument } from "../../../../../app/probe/middleware/mongodb/bson.ts";

/** Encodes an answer of MongoDB to the probe's question. */
export function answer(body: Record<string, unknown>): Buffer {
  const document = encodeBson(body as BsonDocument);
  const header = Buffer.alloc(21);
  header.writeInt32LE(21 + document.length, 0);
  header.writeInt32LE(1, 8);
  header.writeInt32LE(2013, 12);
  return Buffer.concat([header, document]);
}

/** Encodes a question of the probe. */
export function question(body: Record<string, unknown>): Buffer {
  const bytes = answer({ ...body, $db: "admin" });
  bytes.writeInt32LE(1, 4);
  bytes.writeInt32LE(0, 8);
  return bytes;
}
