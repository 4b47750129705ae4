import type { ConnectionEnd } from "../../app/probe/sample.ts";
import type { EffectiveTimeout, ProxyEvidence } from "../../model/record.ts";
import type { ProxyVersions } from "../sidecar/serverInfo.ts";

/** Shape of {@link ChangeRecord}. */
export const CHANGE_SCHEMA_VERSION = 1;

/** What changes of the idle timeout did to connections that were open at the time. */
export interface ChangeRecord extends ProxyVersions {
  schemaVersion: typeof CHANGE_SCHEMA_VERSION;
  experiment: "change";
  /** `host:port` as the pods reached it. */
  endpoint: string;
  /** How long the sidecar lets connections of a replaced filter chain live (`--drain-time-s`), in ms. */
  drainMs: number;
  steps: ChangeStep[];
}

/** The filter is created, given another timeout, deleted. */
export type Change = "apply" | "alter" | "remove";

/** One change, and the connections that were open at the time. */
export interface ChangeStep {
  change: Change;
  /** What the sidecar of the changed workload applied to new connections before, and after. */
  before: EffectiveTimeout;
  after: EffectiveTimeout;
  /** When that sidecar took the change, by its wall clock, ISO 8601. */
  changedAt: string;
  connections: ChangeConnection[];
  /** What a reader has to know before trusting the figures. */
  notes: string[];
}

/** The workload that the filter selects, and the other one. */
export type Workload = "changed" | "untouched";

/** `idle`: nothing is sent; `busy`: something is, far more often than any timeout asks for. */
export type Traffic = "idle" | "busy";

/** One connection and its end. */
export interface ChangeConnection {
  workload: Workload;
  traffic: Traffic;
  /** Before the change, or after it as proof of what new connections get. */
  opened: "before" | "after";
  /** From "connected" to the end, in ms; where it was open to the last, a lower bound. */
  heldMs: number;
  end: ConnectionEnd;
  /** From {@link ChangeStep.changedAt} to the end, in ms; null while open. */
  sinceChangeMs: number | null;
  /** The sidecar's own word on the end; null while open. */
  proxy: ProxyEvidence | null;
}
