import { decodeBson, encodeBson } from "./bson.ts";
import type { BsonDocument } from "./bson.ts";
import type { Channel, Parsed } from "../channel.ts";
import { oneLine } from "../text.ts";

/** Opcode OP_MSG, see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/. */
const OP_MSG = 2013;
const HEADER = 16;
const FLAGS = 4;
/** Kind of a section that is a document. */
const BODY = 0;
/** Longest message, in bytes. The bytes of another protocol may seem to announce a longer one. */
const MAX_LENGTH = 1_048_576;

/** Refusal of a command by the server. */
export class MongoError extends Error {
  override readonly name = "MongoError";
}

/** Number of every question; one number is enough, as the next question waits for the answer. */
const REQUEST = 1;

/**
 * Runs a command in the database `admin`.
 *
 * @returns the server's answer.
 * @throws MongoError with the server's words if it refuses the command.
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
    throw new Error("not the answer of MongoDB to the probe's question");
  }
  return { value: decodeBson(received.subarray(HEADER + FLAGS + 1, used)), used };
}
