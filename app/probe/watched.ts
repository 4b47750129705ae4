import type { Socket } from "node:net";

import { errnoName } from "./connect.ts";
import type { ConnectionEnd } from "./sample.ts";

/** The end of a watched connection. */
export interface End {
  end: ConnectionEnd;
  /** errno name; only where {@link end} is `error` or `reset`. */
  error?: string;
  /** Time of the end, in ms since "connected". */
  endMs: number;
}

/** Watches a socket for its end, from "connected" on. {@link observe} sets a limit of time. */
export class Watched {
  /** Settles at the first sign of the end, or when the window is over. Never rejects. */
  readonly ended: Promise<End>;
  /** Time of the last byte in either direction, in ms since "connected"; undefined before the first. */
  lastByteMs: number | undefined;
  /** Closes the connection and stops watching it. */
  readonly close: () => void;
  readonly #heldMs: () => number;
  readonly #finish: (end: ConnectionEnd, error?: string) => void;
  #over = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param heldMs returns the ms since "connected".
   * @param signal closes the connection when aborted; {@link ended} then never settles.
   */
  constructor(socket: Socket, heldMs: () => number, signal: AbortSignal) {
    this.#heldMs = heldMs;
    let resolve: (end: End) => void = () => undefined;
    this.ended = new Promise((settle) => {
      resolve = settle;
    });
    this.#finish = (end, error) => {
      this.#over = true;
      clearTimeout(this.#timer);
      resolve({ end, endMs: heldMs(), ...(error !== undefined && { error }) });
    };
    this.close = () => {
      this.#over = true;
      clearTimeout(this.#timer);
      signal.removeEventListener("abort", this.close);
      socket.removeAllListeners("end").removeAllListeners("data").removeAllListeners("error");
      socket.on("error", () => undefined).destroy();
    };
    socket.once("end", () => {
      this.#finish("fin");
    });
    socket.on("error", (error) => {
      const name = errnoName(error);
      this.#finish(name === "ECONNRESET" ? "reset" : "error", name);
    });
    // A listener for data lets it flow; otherwise the FIN behind it would never be read.
    socket.on("data", () => {
      this.sent();
    });
    signal.addEventListener("abort", this.close);
  }

  /** Notes that a byte is sent now. */
  sent(): void {
    this.lastByteMs = this.#heldMs();
  }

  /** Starts the window: a connection that is still open `observeMs` from now has ended as `open`. */
  observe(observeMs: number): void {
    this.#waitUntil(this.#heldMs() + observeMs);
  }

  #waitUntil(untilMs: number): void {
    const leftMs = untilMs - this.#heldMs();
    if (this.#over) {
      return;
    }
    if (leftMs <= 0) {
      this.#finish("open");
      return;
    }
    // A timer counts whole ms and may fire a fraction early; the lower bound must hold all the same.
    this.#timer = setTimeout(() => {
      this.#waitUntil(untilMs);
    }, Math.ceil(leftMs));
  }
}
