import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { errnoName } from "./connect.ts";
import type { Channel } from "./middleware/channel.ts";
import type { Protocol } from "./middleware/protocol.ts";
import type { ConnectionEnd, FirstUse } from "./sample.ts";
import { within } from "./within.ts";

/** Nobody is there to read it. */
const QUESTION = "PING\r\n";

/** An application's next question comes some time after the first: for the answer of a peer that is gone to arrive, in ms. */
const NEXT_QUESTION_MS = 500;

/** Longest wait for the answer of a server that is still there, in ms. */
const ANSWER_LIMIT_MS = 5000;

/**
 * Uses a connection after it was idle, as a pool does that has not looked at it meanwhile.
 *
 * @param socket one that may be written to after the other side has closed (`allowHalfOpen`).
 * @returns undefined where the operating system has taken the connection away already, and so an application
 *   would have been told.
 */
export async function firstUse(
  socket: Socket,
  end: ConnectionEnd,
  protocol: Protocol,
  channel: Channel,
): Promise<FirstUse | undefined> {
  if (end === "open") {
    const answer = protocol.ping?.(channel) ?? Promise.resolve();
    const read = await within(ANSWER_LIMIT_MS, () => "ETIMEDOUT", answer).then(
      () => "ok",
      (error: unknown) => errnoName(error as Error),
    );
    return { firstWrite: "ok", read };
  }
  if (end !== "fin") {
    return undefined;
  }
  const firstWrite = await write(socket);
  await sleep(NEXT_QUESTION_MS);
  return { firstWrite, read: "end", secondWrite: await write(socket) };
}

/** `ok`, or the errno name. */
function write(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.write(QUESTION, (error) => {
      resolve(error ? errnoName(error) : "ok");
    });
  });
}
