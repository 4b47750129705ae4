import type { Parsed } from "../channel.ts";
import { oneLine } from "../text.ts";

/**
 * Packet of MySQL's client/server protocol: a length of three bytes, a byte that numbers the packets of an exchange,
 * and the payload. See https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html.
 */
export interface Packet {
  sequence: number;
  payload: Buffer;
}

const HEADER = 4;

/** First bytes of payloads, which tell their kinds. */
export const OK = 0x00;
export const MORE_DATA = 0x01;
export const END_OF_FILE = 0xfe;
const ERROR = 0xff;

/** Parses one packet. No answer to the probe is so long (16 MiB) that it continues in the next one. */
export function parsePacket(received: Buffer): Parsed<Packet> | undefined {
  if (received.length < HEADER) {
    return undefined;
  }
  const used = HEADER + received.readUIntLE(0, 3);
  if (received.length < used) {
    return undefined;
  }
  const payload = received.subarray(HEADER, used);
  return { value: { sequence: received.readUInt8(3), payload }, used };
}

export function encodePacket({ sequence, payload }: Packet): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUIntLE(payload.length, 0, 3);
  header.writeUInt8(sequence & 0xff, 3);
  return Buffer.concat([header, payload]);
}

/** Refusal of a question, or of the connection itself, by the server: an error packet. */
export class MysqlError extends Error {
  override readonly name = "MysqlError";
}

/**
 * Checks that a payload is no error.
 *
 * @throws MysqlError in the words of MySQL's own client.
 */
export function refuseErrors(payload: Buffer): void {
  if (payload[0] !== ERROR) {
    return;
  }
  const code = new Reader(payload.subarray(1)).integer(2);
  // An error before the handshake has no state.
  const state = payload[3] === 0x23 ? oneLine(payload.toString("latin1", 4, 9)) : undefined;
  const message = oneLine(payload.toString("utf8", state === undefined ? 3 : 9));
  throw new MysqlError(
    `MySQL answered: ERROR ${code}${state === undefined ? "" : ` (${state})`}: ${message}`,
  );
}

/** Reads the fields of a payload one after the other. */
export class Reader {
  #offset = 0;
  readonly #payload: Buffer;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  /** @throws Error if fewer bytes are left. */
  bytes(length: number): Buffer {
    const end = this.#offset + length;
    if (end > this.#payload.length) {
      throw new Error(`not a MySQL packet: ${this.#payload.length} bytes are too few`);
    }
    const bytes = this.#payload.subarray(this.#offset, end);
    this.#offset = end;
    return bytes;
  }

  /** Reads a little-endian number of up to six bytes. */
  integer(length: number): number {
    return this.bytes(length).readUIntLE(0, length);
  }

  /** Reads text up to the next zero byte, which it skips, or to the end. */
  text(): string {
    const end = this.#payload.indexOf(0, this.#offset);
    const text = this.bytes((end < 0 ? this.#payload.length : end) - this.#offset);
    this.#offset += end < 0 ? 0 : 1;
    return text.toString("utf8");
  }

  /** Reads bytes that follow their length; undefined is NULL. */
  lengthAndBytes(): Buffer | undefined {
    const length = this.integer(1);
    switch (length) {
      case 0xfb:
        return undefined;
      case 0xfc:
        return this.bytes(this.integer(2));
      case 0xfd:
        return this.bytes(this.integer(3));
      default:
        return this.bytes(length);
    }
  }

  rest(): Buffer {
    return this.bytes(this.#payload.length - this.#offset);
  }
}
