import { login } from "./login.ts";
import { run } from "./message.ts";
import type { Protocol } from "../protocol.ts";

/** MongoDB 4.4 or later, and FerretDB. It has no limit on idle connections, and nothing that takes its time. */
export const mongodb: Protocol = {
  open: async (channel, { username, password }) => {
    if (username === undefined || password === undefined) {
      // Asked before any login, as every driver does.
      await run(channel, { hello: 1 });
      return undefined;
    }
    const hello = await run(channel, { hello: 1, saslSupportedMechs: `admin.${username}` });
    const mechanisms = hello.saslSupportedMechs;
    await login(channel, username, password, Array.isArray(mechanisms) ? mechanisms : undefined);
    return undefined;
  },

  ping: async (channel) => {
    await run(channel, { ping: 1 });
  },
};
