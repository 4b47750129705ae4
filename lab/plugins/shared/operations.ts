import type { Engine } from "./engine.ts";
import { Cancelled, TimedOut } from "./errors.ts";
import type { Operation } from "./provider.ts";

/** Starts operations, and ends them when the engine cancels. */
export class Operations {
  readonly #cancelled = new AbortController();
  readonly #engine: Engine | undefined;

  constructor(engine: Engine | undefined) {
    this.#engine = engine;
  }

  cancel(): void {
    this.#cancelled.abort(new Cancelled());
  }

  /** @param timeoutSeconds limit of the request; 0 if the program set none */
  start(urn: string, timeoutSeconds: number, preview: boolean): Operation {
    return {
      preview,
      signal: (defaultTimeoutMs) => {
        const timeoutMs = timeoutSeconds > 0 ? timeoutSeconds * 1000 : defaultTimeoutMs;
        return withTimeout(this.#cancelled.signal, timeoutMs);
      },
      status: (message, severity = "info") => {
        this.#engine?.log({ message, severity, urn, ephemeral: true });
      },
      log: (message, severity) => {
        this.#engine?.log({ message, severity, urn, ephemeral: false });
      },
    };
  }

  async flushed(): Promise<void> {
    await this.#engine?.flushed();
  }
}

/** Longest time of a timer, in ms: almost 25 days. A longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function withTimeout(cancelled: AbortSignal, timeoutMs: number | undefined): AbortSignal {
  if (timeoutMs === undefined) {
    return cancelled;
  }
  const timedOut = new AbortController();
  setTimeout(
    () => {
      timedOut.abort(new TimedOut(timeoutMs));
    },
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  ).unref();
  return AbortSignal.any([cancelled, timedOut.signal]);
}
