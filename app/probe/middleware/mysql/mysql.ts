import { login } from "./login.ts";
import { encodePacket, MysqlError, OK, parsePacket, refuseErrors } from "./packets.ts";
import { query } from "./query.ts";
import { idleLimitOf } from "../idleLimit.ts";
import type { Protocol } from "../protocol.ts";

const PING = encodePacket({ sequence: 0, payload: Buffer.from([0x0e]) });

/** MySQL and MariaDB; without TLS, and without a database. */
export const mysql: Protocol = {
  open: async (channel, { username = "", password = "" }) => {
    // A connection that has not logged in is closed by the server itself, after its connect_timeout of 10 s.
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
    // It answers 1 when it was woken, by KILL QUERY or a limit on the time of a query.
    if (answer !== "0") {
      throw new Error(`MySQL broke SELECT SLEEP(${ms / 1000}) off`);
    }
  },

  idleLimit: async (channel) => {
    try {
      // The session's own: the server takes it from interactive_timeout for clients that say they are a person's.
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
