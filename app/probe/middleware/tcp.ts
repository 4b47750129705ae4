import type { Protocol } from "./protocol.ts";

/** Protocol of an unknown server: the probe sends nothing. */
export const tcp: Protocol = {
  open: () => Promise.resolve(undefined),
};
