import type { Channel, Parsed } from "../channel.ts";
import { encodePacket, END_OF_FILE, OK, parsePacket, Reader, refuseErrors } from "./packets.ts";

const QUERY = 0x03;
/** Longest end-of-file packet, in bytes; a longer one that starts like it is a row. */
const MAX_END_OF_FILE = 8;

/**
 * Queries one value.
 *
 * @returns the first field of the first row as text; undefined if it is NULL or there is no row.
 * @throws MysqlError with the server's words if it refuses the query.
 */
export function query(channel: Channel, sql: string): Promise<string | undefined> {
  const payload = Buffer.concat([Buffer.from([QUERY]), Buffer.from(sql)]);
  return channel.exchange(encodePacket({ sequence: 0, payload }), parseResult);
}

/** Parses an answer in text form: number of columns, a packet for each, end, rows, end. */
function parseResult(received: Buffer): Parsed<string | undefined> | undefined {
  let used = 0;
  const next = (): Buffer | undefined => {
    const packet = parsePacket(received.subarray(used));
    used += packet?.used ?? 0;
    if (packet !== undefined) {
      refuseErrors(packet.value.payload);
    }
    return packet?.value.payload;
  };
  const header = next();
  if (header === undefined) {
    return undefined;
  }
  if (header[0] === OK) {
    return { value: undefined, used };
  }
  let ends = 0;
  let row: Buffer | undefined;
  while (ends < 2) {
    const payload = next();
    if (payload === undefined) {
      return undefined;
    }
    if (payload[0] === END_OF_FILE && payload.length <= MAX_END_OF_FILE) {
      ends += 1;
    } else if (ends === 1) {
      row ??= payload;
    }
  }
  const value = row === undefined ? undefined : new Reader(row).lengthAndBytes();
  return { value: value?.toString("utf8"), used };
}
