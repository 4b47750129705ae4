/**
 * The sidecar's own debug log, for the time that connections are held: every step of each connection, with Envoy's
 * `Session timed out` where its idle timeout closes it. Levels are a sidecar's, not a connection's, and so they are
 * given back what they were.
 */
import { PROXY_CONTAINER } from "../../model/istio/wellKnown.ts";
import type { Sample } from "../../app/probe/sample.ts";
import type { EntrySearches } from "./accessLog.ts";
import { postAdmin } from "./admin.ts";
import { KubectlError } from "../cluster/kubectl.ts";
import type { Kubectl } from "../cluster/kubectl.ts";
import type { ProbePod } from "../cluster/pods.ts";
import type { World } from "../cluster/world.ts";

/** Envoy's loggers that tell of a TCP connection: its socket, the tcp_proxy, the connection to the endpoint. */
const LOGGERS = ["connection", "filter", "pool"] as const;

/** Levels that the loggers had before, such as `warning`. */
export type LogLevels = Record<(typeof LOGGERS)[number], string>;

/** Lines that are kept of each connection; its last ones tell how it ended. */
const MOST_LINES = 12;

/** The clocks are the node's; Envoy writes a line when it writes it. */
const BEFORE_MS = 1000;

/** @throws KubectlError also where the sidecar does not know one of the loggers. */
export async function readLogLevels(kubectl: Kubectl, { name }: ProbePod): Promise<LogLevels> {
  const text = await postAdmin(kubectl, name, "logging");
  return Object.fromEntries(
    LOGGERS.map((logger) => [logger, findLogLevel(text, logger, name)]),
  ) as LogLevels;
}

/**
 * Finds a logger's level in what a pod's sidecar answers to `logging`.
 *
 * @throws KubectlError where it tells none.
 */
export function findLogLevel(text: string, logger: string, pod: string): string {
  const level = new RegExp(`^ *${logger}: (\\w+)$`, "m").exec(text)?.[1];
  if (level === undefined) {
    throw new KubectlError(["exec", pod], `the sidecar tells no level of its logger ${logger}`);
  }
  return level;
}

/** @throws KubectlError */
export async function setLogLevels(
  kubectl: Kubectl,
  { name }: ProbePod,
  levels: LogLevels,
): Promise<void> {
  const paths = LOGGERS.map((logger) => `${logger}:${levels[logger]}`).join(",");
  await postAdmin(kubectl, name, `logging?paths=${paths}`);
}

/** @throws KubectlError */
export async function raiseLogLevels(kubectl: Kubectl, pod: ProbePod): Promise<void> {
  await setLogLevels(kubectl, pod, { connection: "debug", filter: "debug", pool: "debug" });
}

/**
 * Finds what the debug log says of connections: the last lines of each, from the tcp_proxy and from the socket towards
 * the application. They are named by a number that the sidecar's own entry of the connection tells.
 *
 * @returns none for a connection without an entry, or where the log can't be read.
 */
export async function findDebugLines(
  { kubectl }: World,
  pod: ProbePod,
  samples: readonly Sample[],
  searches: EntrySearches,
): Promise<(sample: Sample) => string[]> {
  const earliestMs = Math.min(...samples.map(({ connectedAt }) => Date.parse(connectedAt)));
  const since = new Date(earliestMs - BEFORE_MS).toISOString();
  let log: string;
  try {
    log = await kubectl(["logs", pod.name, "--container", PROXY_CONTAINER, "--since-time", since]);
  } catch (error) {
    if (error instanceof KubectlError) {
      return () => [];
    }
    throw error;
  }
  const lines = log.split("\n").filter((line) => /\tdebug\tenvoy (connection|filter)\b/.test(line));
  return (sample) => {
    const id = searches(sample).entry?.connectionId;
    return id === undefined
      ? []
      : lines
          .filter((line) => line.includes(`"ConnectionId":"${id}"`) || line.includes(`[C${id}]`))
          .slice(-MOST_LINES)
          .map((line) => line.replaceAll("\t", " "));
  };
}
