/** Kinds of middleware that answer a ping without a login, so that a connection can be kept busy. */
export const BUSY_KINDS = ["redis", "memcached"] as const;
export type BusyKind = (typeof BUSY_KINDS)[number];
