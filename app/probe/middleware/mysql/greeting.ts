import { oneLine } from "../text.ts";
import { Reader, refuseErrors } from "./packets.ts";

/** Greeting of a server, its first packet. */
export interface Greeting {
  serverVersion: string;
  /** 20 random bytes, so that a proof of the password works only once. */
  nonce: Buffer;
  /** Name of the plugin by which the server wants the password proven. */
  plugin: string;
}

/** Capabilities that the probe asks for; the server must have all but the first. */
const LONG_PASSWORD = 0x1;
const PROTOCOL_41 = 0x200;
const TRANSACTIONS = 0x2000;
const SECURE_CONNECTION = 0x8000;
const PLUGIN_AUTH = 0x80000;
const CAPABILITIES = LONG_PASSWORD | PROTOCOL_41 | TRANSACTIONS | SECURE_CONNECTION | PLUGIN_AUTH;

const NONCE_LENGTH = 20;
const MAX_PACKET = 0x1000000;
/** Number of utf8mb4_general_ci, which MySQL and MariaDB have since 5.5. */
const CHARACTER_SET = 45;

/**
 * Parses the first packet of a server.
 *
 * @throws Error if it is an error, such as "Host ... is blocked", or of another protocol.
 */
export function parseGreeting(payload: Buffer): Greeting {
  refuseErrors(payload);
  const reader = new Reader(payload);
  const version = reader.integer(1);
  if (version !== 10) {
    throw new Error(`not a MySQL server: its greeting has protocol ${version} instead of 10`);
  }
  const serverVersion = reader.text();
  reader.bytes(4); // number of the connection
  const start = reader.bytes(8);
  reader.bytes(1);
  const lower = reader.integer(2);
  reader.bytes(3); // character set and status
  const capabilities = lower + reader.integer(2) * 0x10000;
  if ((capabilities & CAPABILITIES & ~LONG_PASSWORD) !== (CAPABILITIES & ~LONG_PASSWORD)) {
    throw new Error(
      `MySQL ${oneLine(serverVersion)} is too old: the probe logs in to 5.5 or later`,
    );
  }
  const length = reader.integer(1);
  reader.bytes(10);
  const end = reader.bytes(Math.max(13, length - start.length));
  return {
    serverVersion,
    nonce: Buffer.concat([start, end]).subarray(0, NONCE_LENGTH),
    plugin: reader.text(),
  };
}

/** Encodes the answer to a greeting: the user, and the proof of the password. */
export function encodeLogin(username: string, proof: Buffer, plugin: string): Buffer {
  const fixed = Buffer.alloc(32);
  fixed.writeUInt32LE(CAPABILITIES, 0);
  fixed.writeUInt32LE(MAX_PACKET, 4);
  fixed.writeUInt8(CHARACTER_SET, 8);
  return Buffer.concat([
    fixed,
    Buffer.from(`${username}\0`),
    Buffer.from([proof.length]),
    proof,
    Buffer.from(`${plugin}\0`),
  ]);
}
