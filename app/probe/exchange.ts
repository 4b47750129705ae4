import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { unlink } from "node:fs/promises";

/** Answers one question. Each question has a connection of its own; it and its answer are one line of JSON each. */
export type Answer = (question: unknown) => Promise<unknown>;

/** Longest question, in characters. Each test in a question takes about a hundred. */
const MAX_LINE = 65_536;

/**
 * Listens on a unix socket and answers questions. Replaces the socket of a process that crashed.
 *
 * @throws Error if it can't listen at `path`.
 */
export async function listen(path: string, answer: Answer): Promise<Server> {
  await unlink(path).catch(() => undefined);
  const server = createServer((socket) => {
    // A client that is gone before its answer is no error.
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
 * Reads the first line. Everything after it is read and dropped, so that the other side can finish writing.
 *
 * @throws Error if the line is longer than {@link MAX_LINE}, or the socket ends without a line.
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
