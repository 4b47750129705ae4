/** One line of the sidecar's logger `filter`. */
export interface DebugLine {
  /** By the sidecar's clock; ISO 8601. */
  at: string;
  /** Worker of the sidecar that wrote it. */
  thread: string;
  /** The sidecar's number of the connection; absent where the line is about none. */
  connection?: string;
  text: string;
}

/** `2026-11-25T09:12:22.587785Z\tdebug\tenvoy filter FILE:LINE\t[Tags: "ConnectionId":"10"] TEXT\tthread=22`. */
const PLAIN = /^(\S+Z)\tdebug\tenvoy filter [^\t]+\t(.*)\tthread=(\d+)$/;
const TAGGED = /^\[Tags: "ConnectionId":"(\d+)"\] (.*)$/;

/**
 * Reads one line of a sidecar's log, which Istio has written as text or as JSON (`global.logAsJson`).
 *
 * @returns undefined for one of another logger, and for one that is not whole.
 */
export function parseDebugLine(line: string): DebugLine | undefined {
  return line.startsWith("{") ? parseJson(line) : parsePlain(line);
}

function parsePlain(line: string): DebugLine | undefined {
  const [whole, at = "", text = "", thread = ""] = PLAIN.exec(line) ?? [];
  if (whole === undefined) {
    return undefined;
  }
  const [, connection, rest = text] = TAGGED.exec(text) ?? [];
  return { at, thread, ...(connection !== undefined && { connection }), text: rest };
}

function parseJson(line: string): DebugLine | undefined {
  // The application's own text may be in such a line too: an access log entry is an object as well.
  if (!line.includes('"scope":"envoy filter"')) {
    return undefined;
  }
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { time: at, level, scope, msg: text, thread, ConnectionId: connection } = fields;
  if (level !== "debug" || scope !== "envoy filter") {
    return undefined;
  }
  if (typeof at !== "string" || typeof thread !== "string" || typeof text !== "string") {
    return undefined;
  }
  return { at, thread, ...(typeof connection === "string" && { connection }), text };
}
