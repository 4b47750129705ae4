import type { Protocol } from "./protocol.ts";

/** A connection of which nothing is known but that it stands: nothing is ever said on it. */
export const tcp: Protocol = {
  open: () => Promise.resolve(undefined),
};
