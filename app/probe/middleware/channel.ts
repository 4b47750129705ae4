import type { Socket } from "node:net";

import { errnoName } from "../connect.ts";

/** A part of what came that belongs together, and how many bytes it took. */
export interface Parsed<T> {
  value: T;
  used: number;
}

/**
 * Finds one whole answer at the start of what came.
 *
 * @returns undefined while it is not whole.
 * @throws Error for what can't be an answer.
 */
export type Parser<T> = (received: Buffer) => Parsed<T> | undefined;

/** Longest answer, in bytes; those that are asked for are far shorter. */
const MAX_ANSWER = 1_048_576;

/** Most bytes that are kept while no answer is awaited. A greeting, which comes unasked, has some hundred. */
const MAX_UNASKED = 16_384;

/** Takes part of what came; true when there is no more to wait for. */
type Attempt = () => boolean;

/**
 * Questions and answers, one after the other, over a socket that somebody else watches for its end and
 * destroys.
 */
export class Channel {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  /** Why no more can come. */
  #end: string | undefined;
  #attempt: Attempt | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (part: Buffer) => {
      this.#take(part);
    });
    socket.once("error", (error) => {
      this.#ended(errnoName(error));
    });
    for (const event of ["end", "close"]) {
      socket.once(event, () => {
        this.#ended("the connection was closed");
      });
    }
    if (socket.destroyed) {
      this.#ended("the connection was closed");
    }
  }

  /**
   * Sends a question, if there is one, and resolves with the answer. What came before and was not used,
   * such as a greeting, counts as the start of it.
   *
   * @throws Error when the socket ends or fails before, or with what the parser throws.
   */
  exchange<T>(request: Uint8Array | undefined, parse: Parser<T>): Promise<T> {
    if (this.#attempt !== undefined) {
      return Promise.reject(new Error("an answer is still awaited on this connection"));
    }
    return new Promise((resolve, reject) => {
      this.#attempt = () => {
        try {
          const parsed = parse(this.#received);
          if (parsed !== undefined) {
            this.#received = this.#received.subarray(parsed.used);
            resolve(parsed.value);
            return true;
          }
          if (this.#end !== undefined) {
            throw new Error(`${this.#end} before the whole answer came`);
          }
          if (this.#received.length > MAX_ANSWER) {
            throw new Error(`an answer is longer than ${MAX_ANSWER} bytes`);
          }
          return false;
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          return true;
        }
      };
      if (request !== undefined && this.#end === undefined) {
        this.#socket.write(request);
      }
      this.#tryAgain();
    });
  }

  #take(part: Buffer): void {
    if (this.#end !== undefined) {
      return; // A flood goes on; nothing of it is an answer.
    }
    this.#received = Buffer.concat([this.#received, part]);
    this.#tryAgain();
    if (this.#attempt === undefined && this.#received.length > MAX_UNASKED) {
      this.#received = Buffer.alloc(0);
      this.#ended(`the server sent more than ${MAX_UNASKED} bytes unasked`);
    }
  }

  #ended(reason: string): void {
    this.#end ??= reason;
    this.#tryAgain();
  }

  #tryAgain(): void {
    if (this.#attempt?.() === true) {
      this.#attempt = undefined;
    }
  }
}
