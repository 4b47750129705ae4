import type { Clock } from "../../cli/cluster/world.ts";

interface Sleeper {
  wakeAtMs: number;
  wake: () => void;
}

/** A clock that jumps to the next moment anyone waits for, once nothing else is left to do. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #sleepers: Sleeper[] = [];
  #scheduled = false;

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ wakeAtMs: this.#nowMs + Math.max(ms, 0), wake });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (!this.#scheduled && this.#sleepers.length > 0) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#jump();
      });
    }
  }

  #jump(): void {
    this.#nowMs = Math.min(...this.#sleepers.map(({ wakeAtMs }) => wakeAtMs));
    const due = this.#sleepers.filter(({ wakeAtMs }) => wakeAtMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ wakeAtMs }) => wakeAtMs > this.#nowMs);
    for (const { wake } of due) {
      wake();
    }
    this.#schedule();
  }
}
