import type { Server } from "./server.ts";

/**
 * Redis with `timeout` at 0, its default, set explicitly because an image may bring a configuration of its own. Saving
 * stays on: without writes there is nothing to save, and the provider refuses the empty argument that would turn it off.
 */
export const redis: Server = {
  port: 6379,
  login: {
    command: (password) => ["redis-server", "--requirepass", password, "--timeout", "0"],
  },
};
