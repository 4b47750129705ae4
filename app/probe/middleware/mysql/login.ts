import type { Channel } from "../channel.ts";
import { encodeLogin, parseGreeting } from "./greeting.ts";
import {
  encodePacket,
  END_OF_FILE,
  MORE_DATA,
  OK,
  parsePacket,
  Reader,
  refuseErrors,
} from "./packets.ts";
import type { Packet } from "./packets.ts";
import { encryptPassword, passwordPlugins } from "./password.ts";
import type { PasswordPlugin } from "./password.ts";
import { oneLine } from "../text.ts";

/** Second bytes of a {@link MORE_DATA} packet of `caching_sha2_password`. */
const CACHED = 0x03;
const NOT_CACHED = 0x04;
/** Payload that asks `caching_sha2_password` for its public key. */
const PUBLIC_KEY_PLEASE = Buffer.from([0x02]);

/** State of a login. */
interface Login {
  channel: Channel;
  password: string;
  plugin: string;
  nonce: Buffer;
}

/**
 * Logs in after the server's greeting, without a database.
 *
 * @throws Error of one line with the server's words, such as "Access denied".
 */
export async function login(channel: Channel, username: string, password: string): Promise<void> {
  const greeted = await channel.exchange(undefined, parsePacket);
  const { nonce, plugin } = parseGreeting(greeted.payload);
  // The greeting names the server's default plugin; for this user the server may switch to another one.
  const named = passwordPlugins.has(plugin) ? plugin : "mysql_native_password";
  const proof = pluginNamed(named).prove(password, nonce);
  const answer = await reply(channel, greeted, encodeLogin(username, proof, named));
  await proceed({ channel, password, plugin: named, nonce }, answer);
}

/** Answers the server until it accepts the login. */
async function proceed(state: Login, answer: Packet): Promise<void> {
  switch (answer.payload[0]) {
    case OK:
      return;
    case END_OF_FILE:
      await switchPlugin(state, answer);
      return;
    case MORE_DATA:
      await proceed(state, await proveMore(state, answer));
      return;
    default:
      throw new Error(
        `not an answer of MySQL to a login: 0x${answer.payload.toString("hex", 0, 8)}`,
      );
  }
}

async function switchPlugin(state: Login, answer: Packet): Promise<void> {
  const reader = new Reader(answer.payload.subarray(1));
  const plugin = reader.text();
  const rest = reader.rest();
  // A zero byte ends the nonce and is no part of it.
  const nonce = rest.at(-1) === 0 ? rest.subarray(0, -1) : rest;
  const proof = pluginNamed(plugin).prove(state.password, nonce);
  await proceed({ ...state, plugin, nonce }, await reply(state.channel, answer, proof));
}

async function proveMore(state: Login, answer: Packet): Promise<Packet> {
  const { channel, password, plugin, nonce } = state;
  const status = answer.payload[1];
  if (plugin === "caching_sha2_password" && status === CACHED) {
    return readPacket(channel);
  }
  if (plugin === "caching_sha2_password" && status === NOT_CACHED) {
    const key = await reply(channel, answer, PUBLIC_KEY_PLEASE);
    const publicKey = key.payload.toString("latin1", 1);
    return reply(channel, key, encryptPassword(password, nonce, publicKey));
  }
  throw new Error(`MySQL asks for an unknown step of ${plugin}`);
}

function pluginNamed(name: string): PasswordPlugin {
  const plugin = passwordPlugins.get(name);
  if (plugin === undefined) {
    throw new Error(
      `MySQL wants the password proven by "${oneLine(name)}": the probe's user needs one of ` +
        [...passwordPlugins.keys()].join(", "),
    );
  }
  return plugin;
}

function reply(channel: Channel, to: Packet, payload: Buffer): Promise<Packet> {
  return readPacket(channel, encodePacket({ sequence: to.sequence + 1, payload }));
}

async function readPacket(channel: Channel, request?: Buffer): Promise<Packet> {
  const packet = await channel.exchange(request, parsePacket);
  refuseErrors(packet.payload);
  return packet;
}
