import type { Socket } from "node:net";

import { errnoName } from "../connect.ts";

/** An answer, and the number of received bytes that it took. */
export interface Parsed<T> {
  value: T;
  used: number;
}

/**
 * Parses one whole answer at the start of the received bytes.
 *
 * @returns undefined while the answer is not whole.
 * @throws Error if the bytes can't be an answer.
 */
export type Parser<T> = (received: Buffer) => Parsed<T> | undefined;

/** Longest answer, in bytes. The answers to the probe's questions are far shorter. */
const MAX_ANSWER = 1_048_576;

/** Most bytes that are kept while no answer is awaited. A greeting, which comes unasked, has a few hundred. */
const MAX_UNASKED = 16_384;

/** Tries to settle the answer that is awaited; returns whether it did. */
type Attempt = () => boolean;

/**
 * Sends questions and reads answers, one after the other. The socket belongs to someone else, who watches it for its
 * end and destroys it.
 */
export class Channel {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  /** Reason why no answer can come any more. */
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
   * Sends a question, if one is given, and resolves with the answer. Bytes that came before and were not used, such as
   * a greeting, count as the start of the answer.
   *
   * @throws Error if the socket ends or fails before the answer is whole, or the parser's error.
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
      return; // The rest of a flood holds no answer.
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
