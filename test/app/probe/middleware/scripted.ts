import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { duplexPair } from "node:stream";

import { Channel } from "../../../../app/probe/middleware/channel.ts";

/** Step of a script: the bytes that a server waits for, and its answer. */
export interface Turn {
  /** Expected text or bytes; absent if the server speaks first. */
  expect?: string | Buffer;
  answer: string | Buffer;
}

export interface Scripted {
  channel: Channel;
  /** Asserts that the client has sent exactly its part of the script. */
  assertDone: () => void;
}

/**
 * Makes the client's end of a connection to a server that follows a script. The server sends its bytes one by one, so
 * that no answer arrives at once.
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
      // A plain error, because the client would reject with the code of an AssertionError.
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

/** Makes both ends of a connection, for a test that plays the server itself. */
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

/** Makes bytes of hexadecimal digits, ignoring blanks. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(/\s/g, ""), "hex");
}
