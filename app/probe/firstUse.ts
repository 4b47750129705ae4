import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { errnoName } from "./connect.ts";
import type { ConnectionEnd, FirstUse } from "./sample.ts";

/** Sent to a peer that has closed the connection, so its content does not matter. */
const QUESTION = "PING\r\n";

/** Time between the two questions, in ms; the reset that answers the first one arrives within it. */
const NEXT_QUESTION_MS = 500;

/**
 * Uses a connection after its idle time, like a pool that has not noticed its end.
 *
 * @param socket opened with `allowHalfOpen`, so that it is writable after the other side has closed it.
 * @param end how the idle time ended.
 * @param answer what came of the question on a connection that is open, see {@link Sample.answer}.
 * @returns undefined after a reset or another error: the operating system has told the application already.
 */
export async function firstUse(
  socket: Socket,
  end: ConnectionEnd,
  answer: string | undefined,
): Promise<FirstUse | undefined> {
  if (end === "open") {
    return answer === undefined ? undefined : { firstWrite: "ok", read: answer };
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
