import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { duplexPair } from "node:stream";

import { Channel } from "../../../../app/probe/middleware/channel.ts";

/** What a server waits for, byte for byte, and what it says then. */
export interface Turn {
  /** Text, or bytes; absent for what a server says unasked. */
  expect?: string | Buffer;
  answer: string | Buffer;
}

export interface Scripted {
  channel: Channel;
  /** Whether the client has said all of its part, and no more. */
  assertDone: () => void;
}

/**
 * A client's end of a connection to a server that goes by a script. Every byte of the server comes alone, so
 * that no answer is ever there at once.
 */
export function scripted(turns: readonly Turn[], options: { hangUp?: boolean } = {}): Scripted {
  const [client, server] = duplexPair();
  let received: Buffer = Buffer.alloc(0);
  let next = 0;
  const proceed = (): void => {
    for (let turn = turns[next]; turn !== undefined; turn = turns[next]) {
      const expected = Buffer.from(turn.expect ?? "");
      if (received.length < expected.length) {
        return;
      }
      assert.equal(
        received.toString("hex", 0, expected.length),
        expected.toString("hex"),
        `turn ${next}: ${received.toString("latin1")}`,
      );
      received = received.subarray(expected.length);
      next += 1;
      for (const byte of Buffer.from(turn.answer)) {
        server.write(Buffer.from([byte]));
      }
    }
    if (options.hangUp === true) {
      server.end();
    }
  };
  server.on("data", (part: Buffer) => {
    received = Buffer.concat([received, part]);
    try {
      proceed();
    } catch (error) {
      // Without its code, so that the message is what the client rejects with.
      client.destroy(new Error((error as Error).message));
    }
  });
  proceed();
  return {
    channel: new Channel(client as unknown as Socket),
    assertDone: () => {
      assert.equal(next, turns.length, "turns taken");
      assert.equal(received.toString("latin1"), "", "said beyond the script");
    },
  };
}

/** Both ends of a connection of which a test does the server's part itself. */
export async function connected(): Promise<{
  channel: Channel;
  socket: Socket;
  say: (text: string) => Promise<void>;
  hangUp: () => void;
}> {
  const [client, server] = duplexPair();
  server.resume();
  const channel = new Channel(client as unknown as Socket);
  await once(server, "resume");
  return {
    channel,
    socket: client as unknown as Socket,
    say: async (text) => {
      const came = once(client, "data");
      server.write(text);
      await came;
    },
    hangUp: () => {
      server.end();
    },
  };
}

/** Bytes from their hexadecimal digits; blanks are for readers. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(/\s/g, ""), "hex");
}
