import { isDeepStrictEqual } from "node:util";

import type { Clock } from "./clock.ts";
import type { AllCredentials } from "./credentials.ts";
import type { ProbeSpec, ProbeStatus } from "./sample.ts";
import { LiveRun, pastRun } from "./run.ts";
import type { Run } from "./run.ts";
import type { RunStore } from "./store.ts";

/** Error of a run whose connections were lost with the process that held them. */
export const RESTARTED = "the probe restarted while it held connections";

/** Environment of the runs. */
export interface RunsContext {
  clock: Clock;
  credentials: () => Promise<AllCredentials>;
  /** Logs a line, given without its newline. */
  log: (line: string) => void;
}

/** All runs of this probe. Each goes on whether or not anyone asks about it. */
export class Runs {
  readonly #runs = new Map<string, Run>();
  readonly #store: RunStore;
  readonly #clock: Clock;
  readonly #credentials: () => Promise<AllCredentials>;
  readonly #log: (line: string) => void;

  constructor(store: RunStore, { clock, credentials, log }: RunsContext) {
    this.#store = store;
    this.#clock = clock;
    this.#credentials = credentials;
    this.#log = log;
  }

  /** Loads the runs of an earlier process in this pod. Those that it was holding have failed. */
  async recover(): Promise<void> {
    const stored = await this.#store.load((file, reason) => {
      this.#log(`${file} can't be read and is ignored: ${reason}`);
    });
    for (const { spec, status } of stored) {
      const lost = status.state === "holding";
      this.#runs.set(
        spec.run,
        pastRun(spec, lost ? { state: "failed", error: RESTARTED } : status),
      );
    }
  }

  /**
   * Starts a run, and resolves when its connections are open or one has failed. A run with an equal spec is started
   * again only if it failed; one with another spec is abandoned for the new one.
   */
  async start(spec: ProbeSpec): Promise<ProbeStatus> {
    const credentials = await this.#credentials();
    let run = this.#runs.get(spec.run);
    if (
      run === undefined ||
      !isDeepStrictEqual(run.spec, spec) ||
      run.status().state === "failed"
    ) {
      run?.abandon("abandoned for another request of the same run");
      run = new LiveRun(spec, { clock: this.#clock, credentials }, (changed) => {
        this.#keep(changed);
      });
      this.#runs.set(spec.run, run);
    }
    await run.connected;
    return run.status();
  }

  /** Returns the status of a run as soon as the run is over, or after `waitMs`. */
  async status(name: string, waitMs: number): Promise<ProbeStatus> {
    const run = this.#runs.get(name);
    if (run === undefined) {
      return { state: "unknown" };
    }
    await settledWithin(waitMs, run.over);
    return run.status();
  }

  /** Closes every connection, and settles when all runs are stored. */
  async close(): Promise<void> {
    for (const run of this.#runs.values()) {
      run.abandon("the probe was stopped while it held connections");
    }
    await this.#store.flush();
  }

  #keep(run: Run): void {
    const status = run.status();
    this.#log(`run ${run.spec.run}: ${describe(status)}`);
    this.#store.save({ spec: run.spec, status }).catch((error: unknown) => {
      // The run is still answered from memory; only a restart would lose it.
      this.#log(`run ${run.spec.run} can't be stored: ${(error as Error).message}`);
    });
  }
}

/** Sums a status up in a few words, however many connections it has. */
function describe(status: ProbeStatus): string {
  switch (status.state) {
    case "holding":
      return `${status.held.length} held, ${status.samples.length} ended`;
    case "done":
      return `done, ${status.samples.length} ended${status.incomplete === undefined ? "" : `; ${status.incomplete}`}`;
    case "failed":
      return `failed: ${status.error}`;
    case "connecting":
    case "unknown":
      return status.state;
  }
}

async function settledWithin(limitMs: number, event: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([event, limit]);
  clearTimeout(timer);
}
