/** Timeouts of an object on which nothing waits; they end retries against an API server that does not answer. */
export const OBJECT_TIMEOUTS = { create: "1m", update: "1m", delete: "1m" };
