import { connect, CONNECT_LIMIT_MS, errnoName, formatTarget } from "./connect.ts";
import type { AllCredentials } from "./credentials.ts";
import { Channel } from "./middleware/channel.ts";
import { protocols } from "./middleware/protocols.ts";
import type { CheckedTarget } from "./request.ts";
import { within } from "./within.ts";

/** What came of trying an endpoint; `address` is the IP address that was reached. */
export type CheckAnswer = { ok: true; address: string } | { ok: false; error: string };

/** Whether a connection to the endpoint comes about and its server takes questions. */
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
    const silence = (): string =>
      `${formatTarget(target)} accepts connections, but does not answer as ${middleware} does within ` +
      `${limitMs / 1000} s`;
    // What ends the connection is heard by whoever waits for an answer.
    socket.on("error", () => undefined);
    const opened = protocols[middleware].open(new Channel(socket), credentials[middleware] ?? {});
    await within(limitMs, silence, opened);
    return { ok: true, address: connected.address };
  } catch (error) {
    return { ok: false, error: errnoName(error as Error) };
  } finally {
    socket?.destroy();
  }
}
