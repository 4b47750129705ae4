import type { Channel, Parsed } from "./channel.ts";
import { idleLimitOf } from "./idleLimit.ts";
import type { Protocol } from "./protocol.ts";
import { oneLine } from "./text.ts";

/** Text protocol of memcached, see https://docs.memcached.org/protocols/basic/. It has no login. */
export const memcached: Protocol = {
  open: async (channel, credentials) => {
    if (credentials.username !== undefined || credentials.password !== undefined) {
      throw new Error("memcached: the probe can't log in to it; remove its username and password");
    }
    await version(channel);
    return undefined;
  },

  ping: version,

  idleLimit: async (channel) => {
    const lines = await ask(channel, "stats settings", "END");
    if (lines.at(-1) !== "END") {
      return undefined;
    }
    const prefix = "STAT idle_timeout ";
    // Servers before 1.4.32 have no such limit.
    const seconds = lines.find((line) => line.startsWith(prefix))?.slice(prefix.length) ?? "0";
    return idleLimitOf("idle_timeout", seconds);
  },
};

async function version(channel: Channel): Promise<void> {
  const [answer = ""] = await ask(channel, "version", undefined);
  if (!answer.startsWith("VERSION ")) {
    throw new Error(`memcached answered version with: ${oneLine(answer)}`);
  }
}

/** Asks for lines up to the one that equals `last`, or up to an error; for the first line alone without a `last`. */
function ask(channel: Channel, command: string, last: string | undefined): Promise<string[]> {
  return channel.exchange(Buffer.from(`${command}\r\n`), (received) => parseLines(received, last));
}

function parseLines(received: Buffer, last: string | undefined): Parsed<string[]> | undefined {
  const lines: string[] = [];
  let used = 0;
  for (;;) {
    const end = received.indexOf("\r\n", used);
    if (end < 0) {
      return undefined;
    }
    const line = received.toString("utf8", used, end);
    lines.push(line);
    used = end + 2;
    if (last === undefined || line === last || /^(CLIENT_|SERVER_)?ERROR\b/.test(line)) {
      return { value: lines, used };
    }
  }
}
