/** What the programs in the pods print: one line of JSON for each case, those in Go too. */

/** One way of using a driver, left alone for longer than the sidecar's idle timeout. */
export interface Row {
  /** E.g. `go-mysql`. */
  driver: string;
  /** Module or package with its version, e.g. `mysql2 3.24.6`. */
  version: string;
  /** Unique for the driver: `defaults`, `advised` or what is special about it. */
  case: string;
  /** What is not the driver's default, in its own words. */
  settings: string[];
  /** Why nothing was measured; the driver did not get as far as the idle time. */
  problem?: string;
  /** How long the driver was left alone, in ms. */
  idleMs: number;
  /** The first request after that; absent where there was none, because of `problem` or `crash`. */
  first?: Request;
  second?: Request;
  /** An error that nobody caught and that ends the application's process. */
  crash?: Crash;
  /** Connections that the driver opened for requests, in order. */
  connections: Connection[];
  /** What the driver told unasked, such as lines for its log and error events. */
  said: string[];
}

export interface Request {
  outcome: "ok" | "error";
  /** From the call to its result. */
  ms: number;
  error?: ErrorRow;
}

export interface ErrorRow {
  /** What code recognises it by: its class, or in Go its variable. */
  name: string;
  code?: string;
  message: string;
}

/** Times are counted from the beginning of the idle time, in ms: negative before it. */
export interface Crash {
  atMs: number;
  error: ErrorRow;
}

export interface Connection {
  openedMs: number;
  /** Absent where the driver does not tell. */
  localPort?: number;
}

/** The last line: how many cases there were. */
export interface End {
  cases: number;
}
