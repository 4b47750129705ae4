import type { Socket } from "node:net";

import type { Clock } from "./clock.ts";
import { connect, errnoName } from "./connect.ts";
import type { Target } from "./connect.ts";
import type { ConnectionEnd, Sample } from "./record.ts";

/** What {@link hold} is asked to do. */
export interface HoldSpec extends Target {
  /** How long the connection is held and watched, in ms. */
  observeMs: number;
  /** How often something is sent, in ms; undefined is never. */
  pingEveryMs?: number;
}

/** A connection that is being held. */
export interface HeldConnection {
  localPort: number;
  localAddress: string;
  /** Wall-clock time of "connected", ISO 8601. */
  connectedAt: string;
  /** Time since "connected", in ms. */
  heldMs(): number;
  /** Settles at the first sign of the end, or when the window is over. Never rejects. */
  ended: Promise<Sample>;
}

/** What a busy connection says: a command of Redis, and one that memcached answers as well. */
const PING = "PING\r\n";

/**
 * Opens a connection and holds it until the other side ends it or the window is over: without a word,
 * unless the spec wants it busy.
 *
 * Resolves when connected. An aborted `signal` closes the connection; {@link HeldConnection.ended}
 * then never settles.
 *
 * @throws Error as {@link connect} does, when no connection comes about.
 */
export async function hold(
  spec: HoldSpec,
  clock: Clock,
  signal: AbortSignal,
): Promise<HeldConnection> {
  const socket = await connect(spec, { signal });
  // The promise above resolves within the socket's connect event: no other event comes between.
  const connectedMs = clock.monotonicMs();
  const connectedAt = clock.wallTime().toISOString();
  const heldMs = (): number => clock.monotonicMs() - connectedMs;
  const { localAddress = "", localPort = 0 } = socket;

  const ended = watch(socket, spec, heldMs, signal).then(
    ({ end, error, endMs, lastByteMs }): Sample => ({
      host: spec.host,
      port: spec.port,
      localPort,
      localAddress,
      connectedAt,
      heldMs: roundToMicroseconds(endMs),
      end,
      ...(error !== undefined && { error }),
      ...(lastByteMs !== undefined && { lastByteMs: roundToMicroseconds(lastByteMs) }),
    }),
  );
  return { localPort, localAddress, connectedAt, heldMs, ended };
}

interface End {
  end: ConnectionEnd;
  error?: string;
  endMs: number;
  lastByteMs: number | undefined;
}

function watch(
  socket: Socket,
  { observeMs, pingEveryMs }: HoldSpec,
  heldMs: () => number,
  signal: AbortSignal,
): Promise<End> {
  return new Promise((resolve) => {
    let lastByteMs: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    const pings =
      pingEveryMs === undefined ? undefined : setInterval(() => socket.write(PING), pingEveryMs);

    const stop = (): void => {
      clearTimeout(timer);
      clearInterval(pings);
      signal.removeEventListener("abort", stop);
      socket.removeAllListeners("end").removeAllListeners("data").removeAllListeners("error");
      socket.on("error", () => undefined).destroy();
    };
    const finish = (end: ConnectionEnd, error?: string): void => {
      const endMs = heldMs();
      stop();
      resolve({ end, endMs, lastByteMs, ...(error !== undefined && { error }) });
    };
    const waitForTheEnd = (): void => {
      const leftMs = observeMs - heldMs();
      if (leftMs <= 0) {
        finish("open");
      } else {
        // Timers count whole ms and may fire a fraction early; a lower bound must not.
        timer = setTimeout(waitForTheEnd, Math.ceil(leftMs));
      }
    };

    socket.once("end", () => {
      finish("fin");
    });
    socket.once("error", (error) => {
      const name = errnoName(error);
      finish(name === "ECONNRESET" ? "reset" : "error", name);
    });
    // Listening for data also lets it flow, without which the FIN behind it would never be read.
    socket.on("data", () => {
      lastByteMs = heldMs();
    });
    signal.addEventListener("abort", stop);
    waitForTheEnd();
  });
}

function roundToMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
