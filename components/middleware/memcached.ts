import type { Server } from "./server.ts";

/** memcached as its image runs it: `idle_timeout` is off, and clients do not log in. */
export const memcached: Server = { port: 11_211 };
