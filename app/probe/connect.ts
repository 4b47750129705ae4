import { connect as connectSocket, isIPv6 } from "node:net";
import type { Socket } from "node:net";

/** Time limit of a TCP handshake, and of a login, in ms; an endpoint that takes longer counts as unreachable. */
export const CONNECT_LIMIT_MS = 10_000;

/** Endpoint, as the pod addresses it. */
export interface Target {
  /** IP address or DNS name. */
  host: string;
  /** TCP port. */
  port: number;
}

export interface ConnectOptions {
  /** Time limit of the handshake, in ms. @default {@link CONNECT_LIMIT_MS} */
  limitMs?: number;
  /** Cancels the attempt. */
  signal?: AbortSignal;
  /** Keeps the socket writable after the other side has closed it. @default false */
  allowHalfOpen?: boolean;
}

/** A TCP connection after its handshake. */
export interface Connected {
  socket: Socket;
  /** IP address of the other end, as {@link plainAddress} writes it. */
  address: string;
}

/**
 * Opens a TCP connection that stays silent: nothing is sent, and keep-alive is off.
 *
 * Resolves within the socket's connect event, before any other event of the socket.
 *
 * @throws Error whose message starts with the errno name, e.g. `ECONNREFUSED 10.0.0.1:6379`.
 */
export function connect({ host, port }: Target, options: ConnectOptions = {}): Promise<Connected> {
  const target = { host, port };
  const { limitMs = CONNECT_LIMIT_MS, allowHalfOpen = false } = options;
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ ...target, keepAlive: false, allowHalfOpen });
    const finish = (): void => {
      clearTimeout(limit);
      options.signal?.removeEventListener("abort", giveUp);
      socket.off("connect", connected).off("error", failed);
    };
    const connected = (): void => {
      const address = socket.remoteAddress;
      if (address === undefined) {
        // The peer reset the connection right after the handshake; a moment earlier connecting would have failed.
        abandon(`ECONNRESET ${formatTarget(target)}`);
        return;
      }
      finish();
      resolve({ socket, address: plainAddress(address) });
    };
    const failed = (error: Error): void => {
      finish();
      reject(new Error(describe(error, target)));
    };
    const abandon = (message: string): void => {
      finish();
      // A socket that is destroyed during its name lookup may still report an error.
      socket.on("error", () => undefined).destroy();
      reject(new Error(message));
    };
    const giveUp = (): void => {
      abandon(`ECANCELED ${formatTarget(target)}`);
    };
    const limit = setTimeout(() => {
      abandon(`ETIMEDOUT ${formatTarget(target)} did not answer within ${limitMs / 1000} s`);
    }, limitMs);
    socket.once("connect", connected).once("error", failed);
    options.signal?.addEventListener("abort", giveUp);
    if (options.signal?.aborted === true) {
      giveUp();
    }
  });
}

/** Turns an IPv4-mapped IPv6 address (`::ffff:10.0.0.5`) into IPv4 and leaves every other address as it is. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** Formats an endpoint as `host:port`, an IPv6 address in brackets. */
export function formatTarget({ host, port }: Target): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Returns the errno name of a socket error, e.g. `ECONNRESET`, or its message if it has none. */
export function errnoName(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

function describe(error: Error, target: Target): string {
  // A failed lookup concerns the name alone, so the port is left out.
  const lookup = (error as NodeJS.ErrnoException).syscall === "getaddrinfo";
  return `${errnoName(error)} ${lookup ? target.host : formatTarget(target)}`;
}
