import * as v from "valibot";

import { durationMs, instant, list, name, offsetMs, sentences } from "../../model/schema/fields.ts";
import {
  effectiveTimeoutSchema,
  proxyEvidenceSchema,
  proxyVersionsSchema,
} from "../../model/schema/proxy.ts";
import { connectionEnd } from "../../model/schema/sample.ts";

/** Version of the change record's shape; raised whenever a reader of the old shape would misread the new one. */
export const CHANGE_SCHEMA_VERSION = 1;

/** Most steps, and most connections of a step. */
const MAX_ROWS = 100;

const connectionSchema = v.object({
  /** The workload that the filter selects, or the other one. */
  workload: v.picklist(["changed", "untouched"]),
  /** `idle`: nothing is sent; `busy`: something is, far more often than any timeout asks for. */
  traffic: v.picklist(["idle", "busy"]),
  /** Before the change, or after it as proof of what new connections get. */
  opened: v.picklist(["before", "after"]),
  /** From "connected" to the end, in ms; where it was open to the last, a lower bound. */
  heldMs: durationMs,
  end: connectionEnd,
  /** From the change to the end, in ms; null while open. */
  sinceChangeMs: v.nullable(offsetMs),
  /** The sidecar's own word on the end; null while open. */
  proxy: v.nullable(proxyEvidenceSchema),
});

const stepSchema = v.object({
  /** The filter is created, given another timeout, deleted. */
  change: v.picklist(["apply", "alter", "remove"]),
  /** Timeout that the sidecar of the changed workload applied to new connections before the change. */
  before: effectiveTimeoutSchema,
  /** Timeout that it applied after the change. */
  after: effectiveTimeoutSchema,
  /** When that sidecar took the change, by its wall clock, ISO 8601. */
  changedAt: instant,
  connections: list(connectionSchema, { max: MAX_ROWS }),
  /** Facts that a reader has to know before trusting the figures. */
  notes: sentences,
});

export const changeRecordSchema = v.object({
  schemaVersion: v.literal(CHANGE_SCHEMA_VERSION),
  experiment: v.literal("change"),
  /** `host:port` as the pods reached it. */
  endpoint: name,
  ...proxyVersionsSchema.entries,
  /** How long the sidecar lets connections of a replaced filter chain live (`--drain-time-s`), in ms. */
  drainMs: durationMs,
  steps: list(stepSchema, { max: MAX_ROWS }),
});

/** Record of how changes of the idle timeout affected open connections. */
export type ChangeRecord = v.InferOutput<typeof changeRecordSchema>;

/** One change, and the connections that were open at the time. */
export type ChangeStep = v.InferOutput<typeof stepSchema>;

/** One connection and its end. */
export type ChangeConnection = v.InferOutput<typeof connectionSchema>;

export type Change = ChangeStep["change"];
export type Workload = ChangeConnection["workload"];
export type Traffic = ChangeConnection["traffic"];
