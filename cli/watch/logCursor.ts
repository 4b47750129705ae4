/** `2026-11-25T09:12:22.587785123Z TEXT`, as `kubectl logs --timestamps` writes a line; the zone is the node's. */
const STAMPED = /^((\S{19})\S*?(Z|[+-]\d\d:\d\d)) (.*)$/s;

/** Keeps the place in a log that is followed, so that it can be read on without loss and without repetition. */
export class LogCursor {
  /** Stamp of the line behind which the log is of interest. */
  #after = "";
  #second = "";
  #zone = "Z";
  /** Lines of the newest second, which kubectl repeats: it counts from whole seconds. */
  #seen = new Set<string>();

  /** @param last stamped line of the log that is of no interest any more; empty where the log is. */
  constructor(last: string) {
    this.take(last);
    this.#after = last.split(" ", 1)[0] ?? "";
  }

  /** Returns the text of a stamped line; undefined for one that was read before. */
  take(stamped: string): string | undefined {
    const [, stamp, second = "", zone = "", text] = STAMPED.exec(stamped) ?? [];
    if (stamp === undefined) {
      return undefined;
    }
    if (second > this.#second) {
      this.#second = second;
      this.#zone = zone;
      this.#seen = new Set();
    }
    if (second === this.#second) {
      if (this.#seen.has(stamped) || stamp <= this.#after) {
        return undefined;
      }
      this.#seen.add(stamped);
    }
    return text;
  }

  /** Makes the options of kubectl to read on; all is read where nothing was. */
  options(): string[] {
    return this.#second === "" ? [] : ["--since-time", `${this.#second}${this.#zone}`];
  }
}
