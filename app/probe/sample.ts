/** Kinds of middleware that a probe can connect to; with `tcp` it sends nothing. */
export const MIDDLEWARE_KINDS = ["redis", "memcached", "mysql", "mongodb", "tcp"] as const;
export type MiddlewareKind = (typeof MIDDLEWARE_KINDS)[number];

/**
 * Modes in which a probe holds a connection:
 * - `silent`: nothing,
 * - `keepalive`: nothing, with TCP keep-alive on,
 * - `ping`: the protocol's own ping, every {@link ProbeTest.everyMs},
 * - `firstUse`: nothing until the other side has closed it, and then what a pool does that has not noticed:
 *   a question, the reading of its answer, and another question ({@link Sample.use}),
 * - `inFlight`: a question that the server takes longer to answer than the window is.
 */
export const MODES = ["silent", "keepalive", "ping", "firstUse", "inFlight"] as const;
export type Mode = (typeof MODES)[number];

/** What a probe is asked to do. Two requests with equal fields are the same run. */
export interface ProbeSpec {
  /** Names the run; the same in both probes of a stack. */
  run: string;
  /**
   * How long each connection is held and watched, in ms, from the end of its login on. Still open then means
   * "open".
   */
  observeMs: number;
  /** How many connections each test holds at once. */
  connections: number;
  /** How often that is done, one time after the other. */
  repetitions: number;
  /** All at the same time. */
  tests: ProbeTest[];
}

/** One way of holding connections to one endpoint. */
export interface ProbeTest {
  middleware: MiddlewareKind;
  /** IP address or DNS name, as the pod sees it. */
  host: string;
  /** TCP port. */
  port: number;
  /** IP address to connect to in place of {@link host}, so that a name that has several means one server. */
  address?: string;
  mode: Mode;
  /** How often a connection is pinged, or probed by TCP keep-alive, in ms; for these two modes only. */
  everyMs?: number;
}

/** The server's own limit on idle connections, in its own words. */
export interface IdleLimit {
  /** e.g. `wait_timeout`. */
  setting: string;
  /** In ms; 0 is never. */
  ms: number;
}

/**
 * How a connection ended:
 * - `fin`: the other side closed it in order (FIN),
 * - `reset`: the other side reset it (RST),
 * - `error`: the operating system reported another error ({@link Sample.error}),
 * - `open`: it was still open when the window ended, a lower bound; the probe then closed it. Also of
 *   a connection that is held beyond the record ({@link Measurement.running}) or was lost on the way, of
 *   which a note tells.
 */
export type ConnectionEnd = "fin" | "reset" | "error" | "open";

/** A connection, by what it is for and by what others know it. */
export interface Connection {
  middleware: MiddlewareKind;
  mode: Mode;
  /** Which of the {@link ProbeSpec.repetitions} it belongs to, from 1. */
  repetition: number;
  /** Which of the {@link ProbeSpec.connections} it is, from 1. */
  connection: number;
  host: string;
  port: number;
  /** The probe's own port: the key by which the proxy's access-log entry is found. */
  localPort: number;
  /** IP address of the probe. */
  localAddress: string;
  /**
   * IP address of the other end; an IPv4 address within IPv6 as IPv4. It tells which of the addresses of
   * {@link host} the connection goes to.
   */
  remoteAddress: string;
  /** Wall-clock time of "connected", ISO 8601. For people and log searches, never for durations. */
  connectedAt: string;
}

/** One connection, as the probe saw it on its pod's monotonic clock. */
export interface Sample extends Connection {
  /** From "connected" to {@link end}, in ms with microsecond digits. */
  heldMs: number;
  end: ConnectionEnd;
  /** errno name such as `ETIMEDOUT`; only where {@link end} is `error` or `reset`. */
  error?: string;
  /**
   * When something was last sent in either direction, in ms since "connected": the connection was idle only
   * from then on. Absent where nothing ever was.
   */
  lastByteMs?: number;
  /** The server's own limit on idle connections; absent where it has none or does not tell. */
  idleLimit?: IdleLimit;
  /** What a pool would have met; of the mode `firstUse` only. */
  use?: FirstUse;
  /** What the server said while the connection was opened, where that is worth knowing. */
  greeting?: string;
}

/** What became of a connection's first use after it was idle: each `ok`, or the errno name. */
export interface FirstUse {
  /** Sending a question. */
  firstWrite: string;
  /** Reading its answer; `end` where the connection turned out to be closed. */
  read: string;
  /** Sending another question; absent where the first one was answered. */
  secondWrite?: string;
}

/** A connection that is being held. */
export interface HeldConnection extends Connection {
  /** Since "connected", in ms. */
  heldMs: number;
}

/** Connections that are being held. */
export interface HoldingStatus {
  state: "holding";
  /** Since the last of them stood, in ms. */
  heldMs: number;
  /** How many repetitions are to come after this one. */
  repetitionsLeft: number;
  held: HeldConnection[];
  /** Those that have ended, of earlier repetitions too. */
  samples: Sample[];
}

/** A run of which all is known. */
export interface DoneStatus {
  state: "done";
  samples: Sample[];
  /** Why there are fewer samples than were asked for; absent where there are not. */
  incomplete?: string;
}

/** What a probe answers when it is asked about a run. */
export type ProbeStatus =
  | { state: "unknown" }
  | { state: "connecting" }
  | HoldingStatus
  /** Not every connection came about, so there is nothing to measure. */
  | { state: "failed"; error: string }
  | DoneStatus;
