import type { Socket } from "node:net";

import type { Clock } from "./clock.ts";
import { connect, CONNECT_LIMIT_MS, formatTarget, plainAddress } from "./connect.ts";
import { firstUse } from "./firstUse.ts";
import { lastAnswer } from "./lastAnswer.ts";
import { Channel } from "./middleware/channel.ts";
import type { Credentials, Protocol } from "./middleware/protocol.ts";
import { protocols } from "./middleware/protocols.ts";
import type { Connection, HeldConnection, ProbeTest, Sample } from "./sample.ts";
import { Watched } from "./watched.ts";
import { within } from "./within.ts";

/** One connection to hold. */
export interface HoldSpec extends ProbeTest {
  /** Length of the window after the login, in ms. */
  observeMs: number;
  /** Number of the repetition, see {@link Connection.repetition}. */
  repetition: number;
  /** Number of the connection, see {@link Connection.connection}. */
  connection: number;
}

/** Environment of {@link hold}. */
export interface HoldContext {
  clock: Clock;
  credentials: Credentials;
  /** Closes the connection when aborted; {@link Held.ended} then never settles. */
  signal: AbortSignal;
}

/** A connection that is being held. */
export interface Held {
  /** Returns the connection with the time that it has been held. */
  status(): HeldConnection;
  /** Settles at the first sign of the end, or when the window is over. Never rejects. */
  ended: Promise<Sample>;
}

/** Time beyond the window that a question in flight takes the server to answer, in ms. */
const IN_FLIGHT_MARGIN_MS = 60_000;

/**
 * Opens a connection, logs in, and holds the connection as the mode says until the other side ends it or the
 * window is over.
 *
 * Resolves when the login is complete.
 *
 * @throws Error of one line if connecting or the login fails: as {@link connect} does, or with the server's words.
 */
export async function hold(
  spec: HoldSpec,
  { clock, credentials, signal }: HoldContext,
): Promise<Held> {
  const { middleware, mode, host, port, repetition, connection } = spec;
  const at = { host: spec.address ?? host, port };
  const { socket, address } = await connect(at, { signal, allowHalfOpen: mode === "firstUse" });
  const connectedMs = clock.monotonicMs();
  const about: Connection = {
    ...{ middleware, mode, repetition, connection, host, port },
    localPort: socket.localPort ?? 0,
    localAddress: plainAddress(socket.localAddress ?? ""),
    remoteAddress: address,
    connectedAt: clock.wallTime().toISOString(),
  };
  const heldMs = (): number => clock.monotonicMs() - connectedMs;
  const watched = new Watched(socket, heldMs, signal);
  const protocol = protocols[middleware];
  const channel = new Channel(socket);
  const opened = await open(spec, protocol, channel, credentials).catch((error: unknown) => {
    watched.close();
    throw error;
  });
  const traffic = startTraffic(spec, socket, protocol, channel, watched);
  // The sidecar's idle time starts with the login's last byte; a window from "connected" on could end before it.
  watched.observe(spec.observeMs);
  const ended = watched.ended.then(async ({ end, error, endMs }): Promise<Sample> => {
    traffic.stop();
    const { lastByteMs } = watched;
    const answer =
      end === "open" && mode !== "inFlight"
        ? await lastAnswer(protocol, channel, traffic.asked())
        : undefined;
    const use = mode === "firstUse" ? await firstUse(socket, end, answer) : undefined;
    watched.close();
    return {
      ...about,
      heldMs: roundToMicroseconds(endMs),
      end,
      ...(error !== undefined && { error }),
      ...(lastByteMs !== undefined && { lastByteMs: roundToMicroseconds(lastByteMs) }),
      ...opened,
      ...(answer !== undefined && { answer }),
      ...(use !== undefined && { use }),
    };
  });
  return { status: () => ({ ...about, heldMs: roundToMicroseconds(heldMs()) }), ended };
}

type Opened = Pick<Sample, "greeting" | "idleLimit">;

async function open(
  spec: HoldSpec,
  protocol: Protocol,
  channel: Channel,
  credentials: Credentials,
): Promise<Opened> {
  const what = `${spec.middleware} at ${formatTarget(spec)}`;
  const late = (): string => `${what} did not answer within ${CONNECT_LIMIT_MS / 1000} s`;
  const greet = async (): Promise<Opened> => {
    const greeting = await protocol.open(channel, credentials);
    const idleLimit = await protocol.idleLimit?.(channel);
    return {
      ...(greeting !== undefined && { greeting }),
      ...(idleLimit !== undefined && { idleLimit }),
    };
  };
  try {
    return await within(CONNECT_LIMIT_MS, late, greet());
  } catch (error) {
    const { message } = error as Error;
    throw new Error(message.startsWith(what) ? message : `${what}: ${message}`, { cause: error });
  }
}

/** Traffic of a mode. */
interface Traffic {
  stop: () => void;
  /** The answer that is awaited, if one is. */
  asked: () => Promise<void> | undefined;
}

/** Starts the traffic of the mode. */
function startTraffic(
  { mode, everyMs = 0, observeMs }: HoldSpec,
  socket: Socket,
  protocol: Protocol,
  channel: Channel,
  watched: Watched,
): Traffic {
  // A question that fails shows in the connection's end.
  const unanswered = (): void => undefined;
  if (mode === "keepalive") {
    socket.setKeepAlive(true, everyMs);
  } else if (mode === "inFlight") {
    watched.sent();
    protocol.slow?.(channel, observeMs + IN_FLIGHT_MARGIN_MS).catch(unanswered);
  } else if (mode === "ping") {
    let asked: Promise<void> | undefined;
    const ping = (): void => {
      if (asked === undefined) {
        watched.sent();
        asked = protocol.ping?.(channel).finally(() => {
          asked = undefined;
        });
        asked?.catch(unanswered);
      }
    };
    const pings = setInterval(ping, everyMs);
    const stop = (): void => {
      clearInterval(pings);
    };
    return { stop, asked: () => asked };
  }
  return { stop: () => undefined, asked: () => undefined };
}

function roundToMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
