/** Output of the programs in the pods, those in Go too: one line of JSON for each case, then an {@link End}. */

/** Result of a case: a way of using a driver, left alone for longer than the sidecar's idle timeout. */
export interface Row {
  /** Name of the driver, e.g. `go-mysql`. */
  driver: string;
  /** Module or package with its version, e.g. `mysql2 3.24.6`. */
  version: string;
  /** Name of the case, unique for the driver: `defaults`, `advised`, or its peculiarity. */
  case: string;
  /** Settings that differ from the driver's defaults, in the driver's own words. */
  settings: string[];
  /** Reason why nothing was measured: the driver failed before the idle time. */
  problem?: string;
  /** Idle time of the driver, in ms. */
  idleMs: number;
  /** First request after the idle time; absent after a `problem` or a `crash`. */
  first?: Request;
  /** Second request after the idle time, right after the first. */
  second?: Request;
  /** Uncaught error, which ends the process of an application. */
  crash?: Crash;
  /** Connections that the driver opened for requests, in order of time. */
  connections: Connection[];
  /** Messages of the driver, such as log lines and error events. */
  said: string[];
}

/** Result of a request. */
export interface Request {
  outcome: "ok" | "error";
  /** Time from the call to its result, in ms. */
  ms: number;
  error?: ErrorRow;
}

/** Error of a request or a crash. */
export interface ErrorRow {
  /** Name by which code recognises the error: its class, or in Go its variable. */
  name: string;
  code?: string;
  message: string;
}

/** Uncaught error. */
export interface Crash {
  /** Time in ms from the beginning of the idle time. */
  atMs: number;
  error: ErrorRow;
}

/** Connection of a driver. */
export interface Connection {
  /** Time in ms from the beginning of the idle time; negative before it. */
  openedMs: number;
  /** Local port; absent if the driver does not tell it. */
  localPort?: number;
}

/** Last line of the output. */
export interface End {
  /** Number of cases. */
  cases: number;
}
