import { connect as connectSocket, isIPv6 } from "node:net";
import type { Socket } from "node:net";

/** Longest wait for a TCP handshake, in ms; what does not answer by then counts as unreachable. */
export const CONNECT_LIMIT_MS = 10_000;

/** An endpoint as the pod sees it. */
export interface Target {
  /** IP address or DNS name. */
  host: string;
  /** TCP port. */
  port: number;
}

export interface ConnectOptions {
  /** In ms. @default {@link CONNECT_LIMIT_MS} */
  limitMs?: number;
  /** Gives the attempt up. */
  signal?: AbortSignal;
  /** Whether it may be written to after the other side has closed. @default false */
  allowHalfOpen?: boolean;
}

export interface Connected {
  socket: Socket;
  /** IP address of the other end, as {@link plainAddress} writes it. */
  address: string;
}

/**
 * Opens a TCP connection that stays silent: nothing is sent, and keep-alive is off.
 *
 * @returns at the moment of the handshake's end, before any other event of the socket.
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
        // The peer has reset it since. A moment earlier that would have been the result of connecting.
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
      // A socket destroyed while its name is being looked up may still report an error.
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

/** An IP address as Node.js gives it, but an IPv4 address within IPv6 (`::ffff:10.0.0.5`) as IPv4. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** `host:port`, with the brackets an IPv6 address needs. */
export function formatTarget({ host, port }: Target): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The errno name of a socket error, e.g. `ECONNRESET`, or its message where it has none. */
export function errnoName(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

function describe(error: Error, target: Target): string {
  // A failed look-up is about the name alone; the port had no part in it.
  const lookup = (error as NodeJS.ErrnoException).syscall === "getaddrinfo";
  return `${errnoName(error)} ${lookup ? target.host : formatTarget(target)}`;
}
