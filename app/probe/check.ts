import { connect, CONNECT_LIMIT_MS, errnoName, formatTarget } from "./connect.ts";
import type { AllCredentials } from "./credentials.ts";
import { Channel } from "./middleware/channel.ts";
import { protocols } from "./middleware/protocols.ts";
import type { CheckedTarget } from "./request.ts";
import { within } from "./within.ts";

/** Result of a trial connection; `address` is the IP address of the other end. */
export type CheckAnswer = { ok: true; address: string } | { ok: false; error: string };

/**
 * Connects to an endpoint, logs in, and closes the connection.
 *
 * @param limitMs time for the handshake, and again for the login.
 * @returns the error as a line of text; never rejects.
 */
export async function check(
  target: CheckedTarget,
  credentials: AllCredentials,
  limitMs = CONNECT_LIMIT_MS,
): Promise<CheckAnswer> {
  const { middleware } = target;
  let socket;
  try {
    const connected = await connect(target, { limitMs });
    socket = connected.socket;
    const late = (): string =>
      `${formatTarget(target)} accepts connections, but does not answer as ${middleware} does within ` +
      `${limitMs / 1000} s`;
    // The channel listens for errors too, and rejects the answer that is awaited.
    socket.on("error", () => undefined);
    const opened = protocols[middleware].open(new Channel(socket), credentials[middleware] ?? {});
    await within(limitMs, late, opened);
    return { ok: true, address: connected.address };
  } catch (error) {
    return { ok: false, error: errnoName(error as Error) };
  } finally {
    socket?.destroy();
  }
}
