import type { Server } from "./server.ts";

/**
 * `timeout` is 0 by default, and said all the same, because an image may bring a configuration. Saving isn't
 * turned off: without writes there is nothing to save, and the provider takes no empty argument, which is what
 * it would need.
 */
export const redis: Server = {
  port: 6379,
  login: {
    command: (password) => ["redis-server", "--requirepass", password, "--timeout", "0"],
  },
};
