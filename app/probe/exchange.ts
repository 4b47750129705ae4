import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { unlink } from "node:fs/promises";

/** Questions and answers are one line of JSON each, on a connection of their own. */
export type Answer = (question: unknown) => Promise<unknown>;

/** Longest question, in characters; it has some hundred for each test. */
const MAX_LINE = 65_536;

/** Answers questions on a unix socket; one left behind by a process that crashed is replaced. */
export async function listen(path: string, answer: Answer): Promise<Server> {
  await unlink(path).catch(() => undefined);
  const server = createServer((socket) => {
    // Whoever asked may be gone before the answer; nothing is owed to them then.
    socket.on("error", () => undefined);
    readLine(socket)
      .then(async (line) => answer(JSON.parse(line)))
      .then(
        (result) => socket.end(`${JSON.stringify({ result })}\n`),
        (error: unknown) => socket.end(`${JSON.stringify({ error: (error as Error).message })}\n`),
      );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      resolve(server);
    });
  });
}

/**
 * Reads the first line that comes. Whatever follows is read too, so that the other side can finish writing, but
 * not kept.
 *
 * @throws Error when the line is longer than {@link MAX_LINE}, or the socket ends without one.
 */
function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const take = (part: string): void => {
      text += part;
      const end = text.indexOf("\n");
      const length = end < 0 ? text.length : end;
      if (end < 0 && length <= MAX_LINE) {
        return;
      }
      socket.off("data", take).resume();
      if (length <= MAX_LINE) {
        resolve(text.slice(0, end));
      } else {
        reject(new Error(`the question is longer than ${MAX_LINE} characters`));
      }
    };
    socket.setEncoding("utf8").on("data", take);
    socket.once("error", reject);
    socket.once("close", () => {
      reject(new Error("closed without a line"));
    });
  });
}
