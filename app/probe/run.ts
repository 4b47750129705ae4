import type { Clock } from "./clock.ts";
import { hold } from "./hold.ts";
import type { HeldConnection } from "./hold.ts";
import type { ProbeSpec, ProbeStatus } from "./record.ts";

/** A run of this process, or one that an earlier process in this pod left behind. */
export interface Run {
  readonly spec: ProbeSpec;
  /** Settles when the connection stands or has failed. Never rejects. */
  readonly connected: Promise<void>;
  /** Settles when the run is done or has failed. Never rejects. */
  readonly over: Promise<void>;
  status(): ProbeStatus;
  /** Lets the connection go, if there is one; the run then counts as failed. */
  abandon(reason: string): void;
}

/** A run that is over: nothing about it changes any more. */
export function pastRun(spec: ProbeSpec, status: ProbeStatus): Run {
  const settled = Promise.resolve();
  return {
    spec,
    connected: settled,
    over: settled,
    status: () => status,
    abandon: () => undefined,
  };
}

/** A run from its first SYN on. `changed` hears of every state worth keeping. */
export class LiveRun implements Run {
  readonly spec: ProbeSpec;
  readonly connected: Promise<void>;
  readonly over: Promise<void>;
  readonly #changed: (run: LiveRun) => void;
  readonly #abandoned = new AbortController();
  #status: () => ProbeStatus = () => ({ state: "connecting" });

  constructor(spec: ProbeSpec, clock: Clock, changed: (run: LiveRun) => void) {
    this.spec = spec;
    this.#changed = changed;
    const connection = this.#connect(clock);
    this.connected = connection.then(() => undefined);
    this.over = connection.then((held) => this.#watch(held));
  }

  status(): ProbeStatus {
    return this.#status();
  }

  abandon(reason: string): void {
    const { state } = this.status();
    if (state === "connecting" || state === "holding") {
      this.#status = () => ({ state: "failed", error: reason });
      this.#abandoned.abort();
    }
  }

  async #connect(clock: Clock): Promise<HeldConnection | undefined> {
    try {
      const held = await hold(this.spec, clock, this.#abandoned.signal);
      const { localPort, localAddress, connectedAt } = held;
      const connection = { localPort, localAddress, connectedAt };
      this.#become(() => ({ state: "holding", heldMs: held.heldMs(), ...connection }));
      return held;
    } catch (error) {
      const { message } = error as Error;
      this.#become(() => ({ state: "failed", error: message }));
      return undefined;
    }
  }

  async #watch(held: HeldConnection | undefined): Promise<void> {
    if (held !== undefined) {
      const sample = await held.ended;
      this.#become(() => ({ state: "done", sample }));
    }
  }

  #become(status: () => ProbeStatus): void {
    if (!this.#abandoned.signal.aborted) {
      this.#status = status;
      this.#changed(this);
    }
  }
}
