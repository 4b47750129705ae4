import { decodeBson, encodeBson } from "./bson.ts";
import type { BsonDocument } from "./bson.ts";
import type { Channel, Parsed } from "../channel.ts";
import { oneLine } from "../text.ts";

/** OP_MSG of MongoDB's wire protocol, see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/. */
const OP_MSG = 2013;
const HEADER = 16;
const FLAGS = 4;
/** The kind of the one section that is used: a document. */
const BODY = 0;
/** No answer to the probe's questions comes near; a server of another protocol may seem to. */
const MAX_LENGTH = 1_048_576;

/** The server took the question and refuses it. */
export class MongoError extends Error {
  override readonly name = "MongoError";
}

/** Numbers every question: there is one at a time, so that only its own answer can be next. */
const REQUEST = 1;

/**
 * Asks the server to run a command in the database `admin`.
 *
 * @throws MongoError with what the server refuses it with.
 */
export async function run(channel: Channel, command: BsonDocument): Promise<BsonDocument> {
  const answer = await channel.exchange(encodeMessage({ ...command, $db: "admin" }), parseMessage);
  if (Number(answer.ok) !== 1) {
    const { errmsg, code, codeName } = answer;
    const text = typeof errmsg === "string" ? oneLine(errmsg) : "no reason given";
    const name = typeof codeName === "string" ? ` ${oneLine(codeName)}` : "";
    throw new MongoError(
      `MongoDB answered ${Object.keys(command)[0] ?? ""} with: ${text} (${Number(code)}${name})`,
    );
  }
  return answer;
}

function encodeMessage(body: BsonDocument): Buffer {
  const document = encodeBson(body);
  const start = Buffer.alloc(HEADER + FLAGS + 1);
  start.writeInt32LE(start.length + document.length, 0);
  start.writeInt32LE(REQUEST, 4);
  start.writeInt32LE(OP_MSG, 12);
  start.writeUInt8(BODY, HEADER + FLAGS);
  return Buffer.concat([start, document]);
}

function parseMessage(received: Buffer): Parsed<BsonDocument> | undefined {
  if (received.length < HEADER) {
    return undefined;
  }
  const used = received.readInt32LE(0);
  const opCode = received.readInt32LE(12);
  if (opCode !== OP_MSG || used < HEADER + FLAGS + 1 || used > MAX_LENGTH) {
    throw new Error(`not an answer of MongoDB: 0x${received.toString("hex", 0, HEADER)}`);
  }
  if (received.length < used) {
    return undefined;
  }
  const responseTo = received.readInt32LE(8);
  if (responseTo !== REQUEST || received.readUInt8(HEADER + FLAGS) !== BODY) {
    throw new Error("not the answer of MongoDB to what it was asked");
  }
  return { value: decodeBson(received.subarray(HEADER + FLAGS + 1, used)), used };
}
