/** Limits for one object of which nothing is awaited; an API server that is asked over and over ends there. */
export const OBJECT_TIMEOUTS = { create: "1m", update: "1m", delete: "1m" };
