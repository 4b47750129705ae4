import { LogCursor } from "./logCursor.ts";
import { parseDebugLine } from "./debugLine.ts";
import { addOthers, Sessions } from "./sessions.ts";
import type { IdleClose, Others } from "./sessions.ts";
import type { Watchable } from "./sidecar.ts";

/** What the log of one pod's sidecar has told. */
export class Seen {
  readonly closes: IdleClose[] = [];
  /** Cost of the raised logger, as it was read. */
  readonly log = { lines: 0, bytes: 0 };
  readonly cursor: LogCursor;
  #earlier: Others[] = [];
  #sessions: Sessions;

  constructor({ podAddress, lastLine }: Pick<Watchable, "podAddress" | "lastLine">) {
    this.#sessions = new Sessions(podAddress);
    this.cursor = new LogCursor(lastLine);
  }

  /** Takes the next line, stamped; returns the idle close that it proves. */
  take(stamped: string): IdleClose | undefined {
    const line = this.cursor.take(stamped);
    const debug = line === undefined ? undefined : parseDebugLine(line);
    if (line === undefined || debug === undefined) {
      return undefined;
    }
    this.log.lines++;
    this.log.bytes += Buffer.byteLength(line) + 1;
    const close = this.#sessions.take(debug);
    if (close !== undefined) {
      this.closes.push(close);
    }
    return close;
  }

  /** Begins with another run of the sidecar, which numbers its connections anew. */
  restart(podAddress: string | undefined): void {
    this.#earlier = this.others();
    this.#sessions = new Sessions(podAddress);
  }

  others(): Others[] {
    return addOthers([...this.#earlier, ...this.#sessions.others()]);
  }
}
