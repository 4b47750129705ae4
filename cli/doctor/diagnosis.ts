import type { EffectiveTimeout } from "../../model/record.ts";
import type { TcpKeepalive } from "../sidecar/clusterConfig.ts";
import type { ProxyVersions } from "../sidecar/serverInfo.ts";
import type { Finding } from "./finding.ts";
import type { Source } from "./sources/settings.ts";

/** What was found out about connections from a pod to an endpoint. */
export interface Diagnosis {
  namespace: string;
  pod: string;
  /** `host:port` as it was asked for. */
  endpoint: string;
  /** IP address that was looked at; undefined where no sidecar carries anything. */
  address: string | undefined;
  way: Way;
  versions: ProxyVersions | undefined;
  findings: Finding[];
  /** What could not be looked at and why, in words. */
  unseen: string[];
}

/** How the connections go. */
export type Way =
  | { kind: "sidecar"; carriage: Carriage }
  /** They never meet a sidecar. */
  | { kind: "past"; reason: string }
  /** The sidecar takes them, but not as plain TCP, or nobody knows yet. */
  | { kind: "other"; reason: string };

/** What the sidecar applies to them. */
export interface Carriage {
  effective: EffectiveTimeout;
  /** What sets the idle timeout; undefined where nothing that could be looked at explains it. */
  setBy: Source | undefined;
  /** After which even busy connections are closed, in ms. */
  maxDurationMs: number | undefined;
  /** Probes towards the endpoint; undefined is none. */
  keepalive: TcpKeepalive | undefined;
  /** See `Sidecar`. */
  drainTimeMs: number | undefined;
}
