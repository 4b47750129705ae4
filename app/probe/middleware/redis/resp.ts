import type { Parsed } from "../channel.ts";
import { oneLine } from "../text.ts";

/** Refusal of a command by the server: a line that starts with `-`. */
export class RespError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Answer of Redis in version 2 of its protocol; null is "nothing there". */
export type RespValue = string | number | null | RespError | RespValue[];

/** Encodes a command as an array of bulk strings, so that no character of a part is special. */
export function encodeCommand(...parts: readonly string[]): Buffer {
  const bulks = parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return Buffer.from(`*${parts.length}\r\n${bulks.join("")}`);
}

/** Parses one whole answer, see https://redis.io/docs/latest/develop/reference/protocol-spec/. */
export function parseResp(received: Buffer): Parsed<RespValue> | undefined {
  return parseAt(received, 0);
}

function parseAt(received: Buffer, start: number): Parsed<RespValue> | undefined {
  const lineEnd = received.indexOf("\r\n", start);
  if (start < received.length && !"+-:$*".includes(String.fromCharCode(received[start] ?? 0))) {
    throw unexpected(received.toString("utf8", start, start + 60));
  }
  if (lineEnd < 0) {
    return undefined;
  }
  const text = received.toString("utf8", start + 1, lineEnd);
  const used = lineEnd + 2 - start;
  const type = received.toString("latin1", start, start + 1);
  switch (type) {
    case "+":
      return { value: text, used };
    case "-":
      return { value: new RespError(oneLine(text)), used };
    case ":":
      return { value: parseInteger(text), used };
  }
  const length = parseInteger(text);
  if (length < 0) {
    return { value: null, used };
  }
  return (type === "$" ? parseBulk : parseArray)(received, start, used, length);
}

function parseBulk(
  received: Buffer,
  start: number,
  header: number,
  length: number,
): Parsed<RespValue> | undefined {
  const from = start + header;
  const used = header + length + 2;
  return received.length < start + used
    ? undefined
    : { value: received.toString("utf8", from, from + length), used };
}

function parseArray(
  received: Buffer,
  start: number,
  header: number,
  length: number,
): Parsed<RespValue> | undefined {
  const value: RespValue[] = [];
  let used = header;
  while (value.length < length) {
    const item = parseAt(received, start + used);
    if (item === undefined) {
      return undefined;
    }
    value.push(item.value);
    used += item.used;
  }
  return { value, used };
}

function parseInteger(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw unexpected(text);
  }
  return Number(text);
}

function unexpected(text: string): Error {
  return new Error(`not an answer of Redis: "${oneLine(text)}"`);
}
