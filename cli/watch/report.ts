import type { Style } from "../command/output.ts";
import { formatDuration } from "../../model/duration.ts";
import type { End, IdleClose, Others } from "./sessions.ts";
import type { PodWatch } from "./watchPod.ts";

const ENDS: Record<End, string> = {
  maxConnectionDuration: "closed by the sidecar at its maximum connection duration",
  applicationEnded: "the application ended its side, by itself or after the other side",
  notConnected: "not connected to the endpoint: that failed or goes on",
  notTold: "open, or ended in a way that the one raised logger does not tell",
};

const BEFORE = "its beginning is not in the log";

/** Makes the record for programs. */
export function watchRecord(namespace: string, pods: readonly PodWatch[]): object {
  return { schemaVersion: 1, namespace, pods };
}

/** Renders what was seen, for people. */
export function renderWatch(pods: readonly PodWatch[], { table, paragraphs }: Style): string {
  const closes = pods.flatMap(({ pod, closes }) =>
    closes.map((close) => [
      ...[pod, close.at, close.connection, close.endpoint ?? "unknown"],
      ...[close.cluster ?? "unknown", openText(close)],
    ]),
  );
  const others = pods.flatMap(({ pod, others }) => others.map((each) => otherRow(pod, each)));
  const notes = pods.flatMap(({ pod, notes }) => notes.map((note) => `${pod}: ${note}`));
  return [
    closes.length === 0
      ? paragraphs(["No connection was seen to be closed by the idle timeout."])
      : table(
          ["pod", "closed at", "connection", "endpoint", "cluster", "idle close after"],
          closes,
        ),
    ...(others.length === 0
      ? []
      : [table(["pod", "others", "endpoint", "cluster", "what is known of them"], others)]),
    paragraphs([...notes, ...pods.map(costText)]),
  ].join("\n");
}

function otherRow(pod: string, { count, endpoint, cluster, end }: Others): string[] {
  return [pod, String(count), endpoint ?? "unknown", cluster ?? "unknown", ENDS[end]];
}

function costText({ pod, watchedMs, log: { lines, bytes } }: PodWatch): string {
  const watched = `${pod}: watched for ${formatDuration(watchedMs)}`;
  return `${watched}; read ${lines} lines, ${bytes} bytes, of the raised logger`;
}

/** Says one line about a close. */
export function closeText(close: IdleClose): string {
  const { at, connection, endpoint, cluster } = close;
  const to = endpoint ?? "an endpoint that its log does not tell";
  const by = cluster === undefined ? "" : ` (${cluster})`;
  const open = close.openMs === undefined ? BEFORE : `open for ${openText(close)}`;
  return `${at} idle timeout closed connection ${connection} to ${to}${by}, ${open}`;
}

function openText({ openMs, connected }: IdleClose): string {
  return openMs === undefined
    ? BEFORE
    : `${formatDuration(openMs)}${connected === true ? "" : ", endpoint not reached"}`;
}
