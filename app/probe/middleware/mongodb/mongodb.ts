import { login } from "./login.ts";
import { run } from "./message.ts";
import type { Protocol } from "../protocol.ts";

/** Protocol of MongoDB 4.4 or later and of FerretDB. It has no limit on idle connections and no slow question. */
export const mongodb: Protocol = {
  open: async (channel, { username, password }) => {
    if (username === undefined || password === undefined) {
      // Every driver asks this before its login.
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
