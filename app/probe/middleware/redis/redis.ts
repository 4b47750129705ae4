import { randomUUID } from "node:crypto";

import type { Channel } from "../channel.ts";
import { idleLimitOf } from "../idleLimit.ts";
import type { Credentials, Protocol } from "../protocol.ts";
import { oneLine } from "../text.ts";
import { encodeCommand, parseResp, RespError } from "./resp.ts";
import type { RespValue } from "./resp.ts";

/** Protocol of Redis, Valkey, KeyDB and managed caches. */
export const redis: Protocol = {
  open: async (channel, { username, password }: Credentials) => {
    if (password === undefined) {
      return (await isAnswered(channel)) ? undefined : "Redis wants a password (NOAUTH)";
    }
    const answer = await ask(
      channel,
      "AUTH",
      ...(username === undefined ? [] : [username]),
      password,
    );
    expect(answer === "OK", "AUTH", answer);
    return undefined;
  },

  ping: async (channel) => {
    await isAnswered(channel);
  },

  slow: async (channel, ms) => {
    // No client pushes to a key of this name, and BLPOP does not create it.
    const key = `istio-idle-timeout:${randomUUID()}`;
    const answer = await ask(channel, "BLPOP", key, String(ms / 1000));
    expect(answer === null, "BLPOP", answer);
  },

  idleLimit: async (channel) => {
    const answer = await ask(channel, "CONFIG", "GET", "timeout");
    // Only administrators may ask, and managed servers lack the command.
    const [setting, seconds] = Array.isArray(answer) ? answer : [];
    return setting === "timeout" && typeof seconds === "string"
      ? idleLimitOf(setting, seconds)
      : undefined;
  },
};

/** Sends PING; returns false if the server answers that it wants a login first. */
async function isAnswered(channel: Channel): Promise<boolean> {
  const answer = await ask(channel, "PING");
  const refused = answer instanceof RespError && answer.message.startsWith("NOAUTH");
  expect(answer === "PONG" || refused, "PING", answer);
  return !refused;
}

function ask(channel: Channel, ...command: readonly string[]): Promise<RespValue> {
  return channel.exchange(encodeCommand(...command), parseResp);
}

function expect(asExpected: boolean, command: string, answer: RespValue): void {
  if (!asExpected) {
    const said = answer instanceof RespError ? answer.message : oneLine(JSON.stringify(answer));
    throw new Error(`Redis answered ${command} with: ${said}`);
  }
}
