/**
 * Why a connection ended, or that it did not:
 * - `idleTimeout`: by the sidecar's idle timeout,
 * - `maxConnectionDuration`: by the sidecar's limit on a connection's whole life, idle or not,
 * - `configDrain`: by the sidecar, which got another configuration and drained the old one,
 * - `serverClosed`: it was closed from the endpoint's side,
 * - `serverReset`: it was reset from there,
 * - `serverLimit`: the endpoint closed it by a limit on idle connections that it told of itself,
 * - `unreachable`: the sidecar accepted it but found nobody behind,
 * - `endpointGone`: the endpoint can't be reached any more, with a sidecar or without,
 * - `error`: the network or the operating system of a pod reported an error,
 * - `droppedWithoutSidecarToo`: it ended in the pod without a sidecar as well,
 * - `stillOpen`: it was open when the window ended, a lower bound,
 * - `running`: it is still held, and more is to be collected,
 * - `void`: the figure must not be used,
 * - `unknown`: it ended, and nothing says why.
 */
export type Cause =
  | "idleTimeout"
  | "maxConnectionDuration"
  | "configDrain"
  | "serverClosed"
  | "serverReset"
  | "serverLimit"
  | "unreachable"
  | "endpointGone"
  | "error"
  | "droppedWithoutSidecarToo"
  | "stillOpen"
  | "running"
  | "void"
  | "unknown";

/** A cause with what it stands on. */
export interface Verdict {
  cause: Cause;
  /** What a person is told, one line. */
  sentence: string;
  /** What was seen, one line each. */
  evidence: string[];
}

/** The same as words for a table's cell. */
export const CAUSE_NAMES: Readonly<Record<Cause, string>> = {
  idleTimeout: "idle timeout",
  maxConnectionDuration: "max connection duration",
  configDrain: "config drain",
  serverClosed: "server closed",
  serverReset: "server reset",
  serverLimit: "server's own limit",
  unreachable: "endpoint unreachable",
  endpointGone: "endpoint gone",
  error: "network error",
  droppedWithoutSidecarToo: "dropped without sidecar too",
  stillOpen: "still open",
  running: "running",
  void: "void",
  unknown: "unknown",
};
