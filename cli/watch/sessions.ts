import { Arrivals } from "./arrivals.ts";
import type { DebugLine } from "./debugLine.ts";

/** A connection that the sidecar closed because nothing was sent on it for its idle timeout. */
export interface IdleClose extends Destination {
  /** When, by the sidecar's clock; ISO 8601. */
  at: string;
  /** The sidecar's number of the connection. */
  connection: string;
  /** From the connection's beginning to its end, in ms; absent where its beginning is not in the log. */
  openMs?: number;
  /** False where the sidecar had not reached the endpoint until then; absent where its beginning is not in the log. */
  connected?: boolean;
}

/** Where a connection went. */
export interface Destination {
  /** Absent where its beginning is not in the log. */
  cluster?: string;
  /** `host:port` of the cluster, or else the address that the application asked for; absent where the log tells neither. */
  endpoint?: string;
  /** `address:port` that the application asked for; absent where the log does not tell it for certain. */
  address?: string;
}

/** Connections that the idle timeout did not close. */
export interface Others extends Pick<Destination, "cluster" | "endpoint"> {
  end: End;
  count: number;
}

/** Whatever else the logger tells of an end. */
export type End = "maxConnectionDuration" | "applicationEnded" | "notConnected" | "notTold";

/** Connections that are remembered; the oldest beyond are only counted. */
const MOST_REMEMBERED = 100_000;

interface Session {
  began?: string;
  cluster?: string;
  address?: string;
  connected: boolean;
  end?: "maxConnectionDuration" | "applicationEnded";
}

const CLUSTER = /^Creating connection to cluster (\S+)$/;
const NO_MORE_DATA = /^onData: received \d+ bytes, end_stream=true,/;

/** Follows the TCP connections of one sidecar by the lines that its logger `filter` writes. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  #forgotten: Others[] = [];
  readonly #arrivals: Arrivals;

  /** @param ownAddress of the pod, to which others connect. */
  constructor(
    ownAddress?: string,
    private readonly mostRemembered = MOST_REMEMBERED,
  ) {
    this.#arrivals = new Arrivals(ownAddress);
  }

  /** Takes the next line; returns the idle close that it proves. */
  take(line: DebugLine): IdleClose | undefined {
    const address = this.#arrivals.take(line);
    const { at, connection, text } = line;
    if (connection === undefined) {
      return undefined;
    }
    switch (text) {
      case "new tcp proxy session":
        this.#remember(connection, {
          ...{ began: at, connected: false },
          ...(address !== undefined && { address }),
        });
        return undefined;
      case "Session timed out":
        return this.#close(connection, at);
      case "max connection duration reached":
        this.#end(connection, "maxConnectionDuration");
        return undefined;
    }
    const session = this.#sessions.get(connection);
    const cluster = CLUSTER.exec(text)?.[1];
    if (session !== undefined && cluster !== undefined) {
      session.cluster = cluster;
    } else if (session !== undefined && text.startsWith("TCP:onUpstreamEvent()")) {
      session.connected = true;
    } else if (NO_MORE_DATA.test(text)) {
      this.#end(connection, "applicationEnded");
    }
    return undefined;
  }

  /** Counts the connections that began, or ended, and were not closed by the idle timeout. */
  others(): Others[] {
    return addOthers([...this.#forgotten, ...[...this.#sessions.values()].map(othersOf)]);
  }

  #close(connection: string, at: string): IdleClose {
    const session = this.#sessions.get(connection);
    this.#sessions.delete(connection);
    if (session?.began === undefined) {
      return { at, connection };
    }
    const openMs = Date.parse(at) - Date.parse(session.began);
    return { at, connection, ...destinationOf(session), openMs, connected: session.connected };
  }

  #end(connection: string, end: Session["end"] & string): void {
    const session = this.#sessions.get(connection);
    if (session === undefined) {
      this.#remember(connection, { connected: true, end });
    } else {
      session.end ??= end;
    }
  }

  #remember(connection: string, session: Session): void {
    this.#sessions.set(connection, session);
    if (this.#sessions.size > this.mostRemembered) {
      for (const [oldest, forgotten] of this.#sessions) {
        this.#sessions.delete(oldest);
        this.#forgotten = addOthers([...this.#forgotten, othersOf(forgotten)]);
        break;
      }
    }
  }
}

/** Adds the counts of those that are alike. */
export function addOthers(all: readonly Others[]): Others[] {
  const sums = new Map<string, Others>();
  for (const others of all) {
    const { cluster = "", endpoint = "", end, count } = others;
    const key = [cluster, endpoint, end].join("\n");
    const sum = sums.get(key)?.count ?? 0;
    sums.set(key, { ...others, count: sum + count });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, others]) => others);
}

function othersOf(session: Session): Others {
  const { cluster, endpoint } = destinationOf(session);
  return {
    ...(cluster !== undefined && { cluster }),
    ...(endpoint !== undefined && { endpoint }),
    end: session.end ?? (session.connected ? "notTold" : "notConnected"),
    count: 1,
  };
}

function destinationOf({ cluster, address }: Session): Destination {
  const endpoint = endpointOf(cluster) ?? address;
  return {
    ...(cluster !== undefined && { cluster }),
    ...(endpoint !== undefined && { endpoint }),
    ...(address !== undefined && { address }),
  };
}

/** Reads the endpoint in the name of a cluster, `outbound|PORT|SUBSET|HOST`. */
function endpointOf(cluster = ""): string | undefined {
  const [, port = "", host = ""] = /^outbound\|(\d+)\|[^|]*\|(.+)$/.exec(cluster) ?? [];
  return host === "" ? undefined : `${host}:${port}`;
}
