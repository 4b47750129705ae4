/** Kinds of middleware that a probe can connect to; with `tcp` it sends nothing. */
export const MIDDLEWARE_KINDS = ["redis", "memcached", "mysql", "mongodb", "tcp"] as const;
export type MiddlewareKind = (typeof MIDDLEWARE_KINDS)[number];

/**
 * Modes in which a probe holds a connection after its login:
 * - `silent`: it sends nothing,
 * - `keepalive`: it sends nothing, with TCP keep-alive on,
 * - `ping`: it sends the protocol's own ping every {@link ProbeTest.everyMs},
 * - `firstUse`: it sends nothing until the connection has ended, and then acts like a pool that has not noticed: it
 *   sends a question, reads the answer, and sends another question ({@link Sample.use}),
 * - `inFlight`: it sends one question, which the server takes longer to answer than the window is.
 */
export const MODES = ["silent", "keepalive", "ping", "firstUse", "inFlight"] as const;
export type Mode = (typeof MODES)[number];

/** Request for a run. Two requests with equal fields are the same run. */
export interface ProbeSpec {
  /** Name of the run, equal in both probes of a stack. */
  run: string;
  /**
   * Length of the window, in ms: how long each connection is watched, from the end of its login on. A connection that
   * is still open then ends as `open`.
   */
  observeMs: number;
  /** Number of connections that each test holds at once. */
  connections: number;
  /** Number of times that all tests are repeated, one after the other. */
  repetitions: number;
  /** Tests, all of which run at the same time. */
  tests: ProbeTest[];
}

/** One way of holding connections to one endpoint. */
export interface ProbeTest {
  middleware: MiddlewareKind;
  /** IP address or DNS name of the endpoint, as the pod addresses it. */
  host: string;
  /** TCP port. */
  port: number;
  /** IP address to connect to in place of {@link host}, so that a name that has several means one server. */
  address?: string;
  mode: Mode;
  /** Interval of pings, or of TCP keep-alive probes, in ms; of the modes `ping` and `keepalive` only. */
  everyMs?: number;
}

/** The server's own limit on idle connections. */
export interface IdleLimit {
  /** Name of the setting, e.g. `wait_timeout`. */
  setting: string;
  /** Limit in ms; 0 is "never". */
  ms: number;
}

/**
 * End of a connection:
 * - `fin`: the other side closed it in order (FIN),
 * - `reset`: the other side reset it (RST),
 * - `error`: the operating system reported another error ({@link Sample.error}),
 * - `open`: it was still open when the window ended, and the probe then closed it; the time is a lower bound. A record
 *   has `open` also for a connection that is still held, or that was lost; a note says so.
 */
export type ConnectionEnd = "fin" | "reset" | "error" | "open";

/** Identity of a connection: its place in the run, and its two ends. */
export interface Connection {
  middleware: MiddlewareKind;
  mode: Mode;
  /** Number of its repetition, from 1 to {@link ProbeSpec.repetitions}. */
  repetition: number;
  /** Number of the connection within its test and repetition, from 1 to {@link ProbeSpec.connections}. */
  connection: number;
  host: string;
  port: number;
  /** Port of the probe, by which the proxy's access-log entry is found. */
  localPort: number;
  /** IP address of the probe. */
  localAddress: string;
  /**
   * IP address of the other end, which is one of those of {@link host}; an IPv4-mapped IPv6 address is written as
   * IPv4.
   */
  remoteAddress: string;
  /** Wall-clock time of "connected", ISO 8601. For people and log searches, never for durations. */
  connectedAt: string;
}

/** One connection from beginning to end, timed by the pod's monotonic clock. */
export interface Sample extends Connection {
  /** Time from "connected" to {@link end}, in ms with microsecond digits. */
  heldMs: number;
  end: ConnectionEnd;
  /** errno name such as `ETIMEDOUT`; only where {@link end} is `error` or `reset`. */
  error?: string;
  /**
   * Time of the last byte in either direction, in ms since "connected": the connection was idle from then on. Absent
   * if there was none.
   */
  lastByteMs?: number;
  /** The server's own limit on idle connections; absent if the server does not tell it. */
  idleLimit?: IdleLimit;
  /**
   * Result of a question at the end of the window: `ok`, or why it was not answered, such as `ETIMEDOUT`. Only where
   * {@link end} is `open` and the endpoint's protocol has a question; absent in the mode `inFlight`, whose question is
   * still to be answered.
   */
  answer?: string;
  /** First use of the connection after its idle time; of the mode `firstUse` only. */
  use?: FirstUse;
  /** Note on the login that a reader has to know, e.g. that the server wants a password. */
  greeting?: string;
}

/** Result of each step of a connection's first use after its idle time: `ok` or the errno name. */
export interface FirstUse {
  /** Result of sending a question. */
  firstWrite: string;
  /** Result of reading its answer; `end` if the connection turned out to be closed. */
  read: string;
  /** Result of sending another question; absent if the connection was open. */
  secondWrite?: string;
}

/** A connection that is being held. */
export interface HeldConnection extends Connection {
  /** Time since "connected", in ms. */
  heldMs: number;
}

/** Status of a run that holds connections. */
export interface HoldingStatus {
  state: "holding";
  /** Time since the last connection was open and logged in, in ms. */
  heldMs: number;
  /** Number of repetitions that follow this one. */
  repetitionsLeft: number;
  held: HeldConnection[];
  /** Samples of the connections that have ended, those of earlier repetitions first. */
  samples: Sample[];
}

/** Status of a run that is over. */
export interface DoneStatus {
  state: "done";
  samples: Sample[];
  /** Reason for fewer samples than were asked for; absent if all are there. */
  incomplete?: string;
}

/** Status of a run, as a probe answers it. */
export type ProbeStatus =
  | { state: "unknown" }
  | { state: "connecting" }
  | HoldingStatus
  /** A connection failed to open, or the run was abandoned, so there is nothing to measure. */
  | { state: "failed"; error: string }
  | DoneStatus;
