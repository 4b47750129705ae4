import { setMaxListeners } from "node:events";

import type { Clock } from "./clock.ts";
import type { AllCredentials } from "./credentials.ts";
import { hold } from "./hold.ts";
import type { Held, HoldSpec } from "./hold.ts";
import type { ProbeSpec, ProbeStatus, Sample } from "./sample.ts";

/** A run of this process, or one that an earlier process in this pod stored. */
export interface Run {
  readonly spec: ProbeSpec;
  /** Settles when the first repetition's connections are open or one has failed. Never rejects. */
  readonly connected: Promise<void>;
  /** Settles when the run is done or has failed. Never rejects. */
  readonly over: Promise<void>;
  status(): ProbeStatus;
  /** Closes the connections of a run that is not over; the run has then failed with `reason`. */
  abandon(reason: string): void;
}

/** Makes a run of a stored status, which never changes. */
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

/** Environment of a run. */
export interface RunContext {
  clock: Clock;
  credentials: AllCredentials;
}

/** Connections that are opened at the same time. With more, each "connected" would be seen late. */
const OPENING_AT_ONCE = 5;

/** A run that this process carries out. It calls `changed` whenever its state has changed. */
export class LiveRun implements Run {
  readonly spec: ProbeSpec;
  readonly connected: Promise<void>;
  readonly over: Promise<void>;
  readonly #context: RunContext;
  readonly #changed: (run: LiveRun) => void;
  readonly #abandoned = new AbortController();
  /** Samples of the repetitions that are over, in the order of the spec. */
  readonly #samples: Sample[] = [];
  #status: () => ProbeStatus = () => ({ state: "connecting" });

  constructor(spec: ProbeSpec, context: RunContext, changed: (run: LiveRun) => void) {
    this.spec = spec;
    this.#context = context;
    this.#changed = changed;
    let connected = (): void => undefined;
    this.connected = new Promise((resolve) => {
      connected = resolve;
    });
    this.over = this.#carryOut(connected);
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

  async #carryOut(connected: () => void): Promise<void> {
    const { repetitions } = this.spec;
    for (let repetition = 1; repetition <= repetitions; repetition++) {
      try {
        const all = await this.#open(repetition);
        this.#holding(all, repetitions - repetition);
        connected();
        this.#samples.push(...(await Promise.all(all.map(({ ended }) => ended))));
      } catch (error) {
        const { message } = error as Error;
        const samples = this.#samples;
        this.#become(() =>
          repetition === 1
            ? { state: "failed", error: message }
            : {
                state: "done",
                samples,
                incomplete: `repetition ${repetition} of ${repetitions} did not begin: ${message}`,
              },
        );
        connected();
        return;
      }
    }
    const samples = this.#samples;
    this.#become(() => ({ state: "done", samples }));
  }

  /**
   * Opens the connections of a repetition, a few at a time.
   *
   * @throws Error if one of them fails; the others are closed.
   */
  async #open(repetition: number): Promise<Held[]> {
    const given = new AbortController();
    const signal = AbortSignal.any([this.#abandoned.signal, given.signal]);
    // Each connection adds a listener, and there may be a thousand.
    setMaxListeners(0, signal);
    const specs = this.#specs(repetition);
    const held = new Array<Held>(specs.length);
    const { clock, credentials } = this.#context;
    const next = specs.entries();
    const openSome = async (): Promise<void> => {
      for (const [place, spec] of next) {
        held[place] = await hold(spec, {
          clock,
          credentials: credentials[spec.middleware] ?? {},
          signal,
        });
      }
    };
    try {
      await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openSome));
    } catch (error) {
      given.abort();
      throw error;
    }
    return held;
  }

  #specs(repetition: number): HoldSpec[] {
    const { tests, connections, observeMs } = this.spec;
    return tests.flatMap((test) =>
      Array.from({ length: connections }, (_none, place) => ({
        ...test,
        observeMs,
        repetition,
        connection: place + 1,
      })),
    );
  }

  #holding(all: readonly Held[], repetitionsLeft: number): void {
    const { clock } = this.#context;
    const sinceMs = clock.monotonicMs();
    const ended = new Map<Held, Sample>();
    for (const held of all) {
      void held.ended.then((sample) => ended.set(held, sample));
    }
    this.#become(() => ({
      state: "holding",
      heldMs: clock.monotonicMs() - sinceMs,
      repetitionsLeft,
      held: all.filter((held) => !ended.has(held)).map((held) => held.status()),
      samples: [...this.#samples, ...all.flatMap((held) => ended.get(held) ?? [])],
    }));
  }

  #become(status: () => ProbeStatus): void {
    if (!this.#abandoned.signal.aborted) {
      this.#status = status;
      this.#changed(this);
    }
  }
}
