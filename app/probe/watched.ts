import type { Socket } from "node:net";

import { errnoName } from "./connect.ts";
import type { ConnectionEnd } from "./sample.ts";

/** The end of a watched connection. */
export interface End {
  end: ConnectionEnd;
  /** errno name; only where {@link end} is `error` or `reset`. */
  error?: string;
  /** When the end was seen, in ms since "connected". */
  endMs: number;
}

/** A socket that is watched for its end from "connected" on, and from {@link observe} on within a window. */
export class Watched {
  /** Settles at the first sign of the end, or when the window is over. Never rejects. */
  readonly ended: Promise<End>;
  /** When a byte was last sent in either direction, in ms since "connected"; undefined while none was. */
  lastByteMs: number | undefined;
  /** Closes the connection and frees all that watching it takes. */
  readonly letGo: () => void;
  readonly #heldMs: () => number;
  readonly #finish: (end: ConnectionEnd, error?: string) => void;
  #over = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param heldMs returns the ms since "connected".
   * @param signal lets the connection go when it is aborted; {@link ended} then never settles.
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
    this.letGo = () => {
      this.#over = true;
      clearTimeout(this.#timer);
      signal.removeEventListener("abort", this.letGo);
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
    // Listening for data also lets it flow, without which the FIN behind it would never be read.
    socket.on("data", () => {
      this.sent();
    });
    signal.addEventListener("abort", this.letGo);
  }

  /** Notes that a byte was sent just now. */
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
    // Timers count whole ms and may fire a fraction early; a lower bound must not.
    this.#timer = setTimeout(() => {
      this.#waitUntil(untilMs);
    }, Math.ceil(leftMs));
  }
}
