import { login } from "./login.ts";
import { encodePacket, MysqlError, OK, parsePacket, refuseErrors } from "./packets.ts";
import { query } from "./query.ts";
import { idleLimitOf } from "../idleLimit.ts";
import type { Protocol } from "../protocol.ts";

const PING = encodePacket({ sequence: 0, payload: Buffer.from([0x0e]) });

/** Protocol of MySQL and MariaDB, without TLS and without a database. */
export const mysql: Protocol = {
  open: async (channel, { username = "", password = "" }) => {
    // The server closes a connection without a login itself, after its connect_timeout of 10 s.
    await login(channel, username, password);
    return undefined;
  },

  ping: async (channel) => {
    const { payload } = await channel.exchange(PING, parsePacket);
    refuseErrors(payload);
    if (payload[0] !== OK) {
      throw new Error(`not an answer of MySQL to a ping: 0x${payload.toString("hex", 0, 8)}`);
    }
  },

  slow: async (channel, ms) => {
    const answer = await query(channel, `SELECT SLEEP(${ms / 1000})`);
    // The answer is 1 if KILL QUERY or a time limit of the server ended the sleep.
    if (answer !== "0") {
      throw new Error(`MySQL interrupted SELECT SLEEP(${ms / 1000})`);
    }
  },

  idleLimit: async (channel) => {
    try {
      // The session's value; it equals interactive_timeout for clients that call themselves interactive.
      const seconds = await query(channel, "SELECT @@wait_timeout");
      return seconds === undefined ? undefined : idleLimitOf("wait_timeout", seconds);
    } catch (error) {
      if (error instanceof MysqlError) {
        return undefined;
      }
      throw error;
    }
  },
};
