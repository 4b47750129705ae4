/**
 * Why a connection ended, or that it did not:
 * - `idleTimeout`: the sidecar's idle timeout closed it,
 * - `maxConnectionDuration`: the sidecar closed it at its limit on a connection's whole life, idle or not,
 * - `configDrain`: the sidecar got another configuration and drained the old one,
 * - `notPassedOn`: the sidecar still waits for the client's first bytes and never passed it on,
 * - `serverClosed`: the endpoint's side closed it,
 * - `serverReset`: the endpoint's side reset it,
 * - `serverLimit`: the endpoint closed it by a limit on idle connections that it told of itself,
 * - `unreachable`: the sidecar accepted it but found nobody behind,
 * - `endpointGone`: the endpoint can't be reached any more, with a sidecar or without,
 * - `error`: the network or the operating system of a pod reported an error,
 * - `droppedWithoutSidecarToo`: it ended in the pod without a sidecar as well,
 * - `dead`: it was open when the window ended, but the endpoint did not answer on it,
 * - `stillOpen`: it was open when the window ended, a lower bound,
 * - `running`: it is still held, and more is to be collected,
 * - `void`: the figure must not be used,
 * - `unknown`: it ended, and nothing says why.
 */
export type Cause =
  | "idleTimeout"
  | "maxConnectionDuration"
  | "configDrain"
  | "notPassedOn"
  | "serverClosed"
  | "serverReset"
  | "serverLimit"
  | "unreachable"
  | "endpointGone"
  | "error"
  | "droppedWithoutSidecarToo"
  | "dead"
  | "stillOpen"
  | "running"
  | "void"
  | "unknown";

/** A cause and the evidence for it. */
export interface Verdict {
  cause: Cause;
  /** One line for people. */
  sentence: string;
  /** Observations that the cause stands on, one line each. */
  evidence: string[];
}

/** A cause and its sentence. */
export type Judgement = Omit<Verdict, "evidence">;

/** Causes that are told of connections that are open. */
export const OPEN_CAUSES: readonly Cause[] = ["stillOpen", "dead", "notPassedOn"];

/** Causes in the words of a table's cell. */
export const CAUSE_NAMES: Readonly<Record<Cause, string>> = {
  idleTimeout: "idle timeout",
  maxConnectionDuration: "max connection duration",
  configDrain: "config drain",
  notPassedOn: "never passed on",
  serverClosed: "server closed",
  serverReset: "server reset",
  serverLimit: "server's own limit",
  unreachable: "endpoint unreachable",
  endpointGone: "endpoint gone",
  error: "network error",
  droppedWithoutSidecarToo: "dropped without sidecar too",
  dead: "open but dead",
  stillOpen: "still open",
  running: "running",
  void: "void",
  unknown: "unknown",
};
