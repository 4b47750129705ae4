import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { errnoName } from "./connect.ts";
import type { Channel } from "./middleware/channel.ts";
import type { Protocol } from "./middleware/protocol.ts";
import type { ConnectionEnd, FirstUse } from "./sample.ts";
import { within } from "./within.ts";

/** Sent to a peer that has closed the connection, so its content does not matter. */
const QUESTION = "PING\r\n";

/** Time between the two questions, in ms; the reset that answers the first one arrives within it. */
const NEXT_QUESTION_MS = 500;

/** Time limit for the answer of a server that still has the connection open, in ms. */
const ANSWER_LIMIT_MS = 5000;

/**
 * Uses a connection after its idle time, like a pool that has not noticed its end.
 *
 * @param socket opened with `allowHalfOpen`, so that it is writable after the other side has closed it.
 * @param end how the idle time ended.
 * @returns undefined after a reset or another error: the operating system has told the application already.
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

/** Writes a question; returns `ok` or the errno name. */
function write(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.write(QUESTION, (error) => {
      resolve(error ? errnoName(error) : "ok");
    });
  });
}
