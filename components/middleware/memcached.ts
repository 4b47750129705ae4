import type { Server } from "./server.ts";

/** As the image runs it: `idle_timeout` is off, and nobody has to log in. */
export const memcached: Server = { port: 11_211 };
