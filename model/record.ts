/**
 * What is measured, as it is stored and exchanged: the one place where the shape stands. The probe
 * writes {@link Sample}s, `cli/measure` puts the proxy's evidence beside them and prints one
 * {@link RunRecord}, the program exports it, and everything that compares reads it back.
 *
 * This module imports nothing, so that each of them can use it.
 */

import type { Sample, MiddlewareKind } from "../app/probe/sample.ts";

/** Shape of {@link RunRecord}; raised whenever a reader of the old shape would misread the new one. */
export const SCHEMA_VERSION = 1;

/** The proxy's own word on one connection, from its access log. */
export interface ProxyEvidence {
  /** `%DURATION%`: from accept to close, in ms of the proxy's own clock. */
  durationMs: number;
  /** `%RESPONSE_FLAGS%`, `-` where there is none. */
  responseFlags: string;
  /**
   * `%DOWNSTREAM_LOCAL_CLOSE_REASON%`: why the proxy closed towards the application; null if it did not, absent where its
   * version does not tell (before Istio 1.30).
   */
  closeReason?: string | null;
  /**
   * `%UPSTREAM_DETECTED_CLOSE_TYPE%`: how the endpoint closed, e.g. `Normal` or `RemoteReset`; null if it did not, absent
   * where the proxy's version does not tell.
   */
  upstreamClose?: string | null;
  /**
   * `%UPSTREAM_LOCAL_ADDRESS%`: the proxy's own end of its connection to the endpoint; null where none came about,
   * absent where the entry does not tell.
   */
  upstreamLocal?: string | null;
  /** `%UPSTREAM_CLUSTER%`, e.g. `PassthroughCluster`. */
  upstreamCluster: string;
}

/**
 * The proxy's count of connections that its idle timeout closed, since it started and of all that it counts under
 * one name: with several of them at the same time it does not tell which. It rises when the timer fires, with a log or
 * without, and never for another reason.
 */
export interface IdleTimeoutCount {
  /** `tcp.<stat_prefix>.idle_timeout`, from Envoy's admin interface. */
  name: string;
  /** Just before the connection was opened. */
  before: number;
  /** After it had ended. */
  after: number;
  /**
   * How many of the run's own connections under that name ended when their idle timeout was over: that the timeout
   * closed each of them is proved where the count rose by no fewer.
   */
  due: number;
}

/**
 * The last time that the proxy took a new configuration for the listener that carried a connection, while it was held.
 * Envoy then lets connections of the old configuration live for its drain time and closes them, idle or not.
 */
export interface ListenerUpdate {
  /** `last_updated` in Envoy's config dump, ISO 8601. */
  at: string;
  /** Envoy's `drain_time`, in ms; absent where it is not known. */
  drainMs?: number;
}

/** Which idle timeout the proxy's configuration really applies to the endpoint. */
export interface EffectiveTimeout {
  /** In ms; 0 is "never", as in Envoy. */
  idleTimeoutMs: number;
  /**
   * `configured`: a value stands in the filter; `envoy-default`: none does, so Envoy's 1 h applies; `bypassed`:
   * connections to the endpoint go past the proxy, so that none applies and the names below are empty.
   */
  source: "configured" | "envoy-default" | "bypassed";
  listener: string;
  filterChain: string;
  cluster: string;
  /**
   * Listener filters, such as `envoy.filters.listener.tls_inspector`, that wait for the client's first bytes without a
   * limit before a filter chain is chosen: a client that says nothing is never passed on, and no idle timer runs. Absent
   * where there are none.
   */
  awaitFirstBytes?: string[];
}

export type ProbeKind = "withSidecar" | "withoutSidecar";

/** A run whose sidecar's clock ran faster than time does. */
export interface Timelapse {
  /** How many times as fast, more than 1. */
  factor: number;
}

/** How long a connection was held in a time-lapse: three things of which none means much by itself. */
export interface LapsedDuration extends Timelapse {
  /** By the sidecar's clock, in ms; null where it is not known. */
  proxyMs: number | null;
  /** By the probe's clock, in ms. */
  wallMs: number;
}

/** A sample of one of the two probes with everything known about it. */
export interface Measurement extends Sample {
  probe: ProbeKind;
  pod: string;
  /** The probe goes on: how the connection ends is to be collected. Absent where that is known. */
  running?: true;
  /** Of a connection through a sidecar whose clock ran faster; absent for every other one. */
  timelapse?: LapsedDuration;
  /** The proxy's access-log entry of the same connection; null where there is no proxy or no entry. */
  proxy: ProxyEvidence | null;
  /** Of a connection through a sidecar that has ended; absent where the sidecar keeps no such count. */
  idleTimeouts?: IdleTimeoutCount;
  /**
   * Of a connection through a sidecar that has ended: the update of its listener while it was held, null where there
   * was none; absent where that is not known.
   */
  listenerUpdate?: ListenerUpdate | null;
  /**
   * Of the pod without a sidecar: why the endpoint could no longer be reached when this was over, e.g. `ECONNREFUSED
   * 10.0.0.5:6379`; absent where it could, or was not tried.
   */
  unreachableAfter?: string;
  /** The last lines of the proxy's debug log on the connection; absent where it was not asked for. */
  debugLog?: string[];
  /** Why the figure must not be used; absent for a good one. */
  voidReasons?: string[];
  /** Things a reader has to know before trusting the figure, e.g. proxy and probe disagree. */
  notes: string[];
}

/** What one endpoint was found to be. */
export interface TargetRecord {
  middleware: MiddlewareKind;
  /** `host:port` as the pods reached it. */
  endpoint: string;
  /** Read from the sidecar's configuration just before the clock started. */
  effective: EffectiveTimeout;
}

/** Everything one run found. */
export interface RunRecord {
  schemaVersion: typeof SCHEMA_VERSION;
  run: string;
  /** Of the first of {@link targets}, which stands for the run in a single figure. */
  endpoint: string;
  /** The stack's `timeout` setting as the user wrote it: `10s`, `default`, `remove`, `off`. */
  timeout: string;
  /** The stack's `path` setting; absent where it is the default, `passthrough`. */
  path?: string;
  /** The stack's `remedy` setting; absent where it is the default, `envoyFilter`. */
  remedy?: string;
  /** How long connections were held and watched each time, in ms. */
  observeMs: number;
  /** How often that was asked for; absent where once. */
  repetitions?: number;
  /** A sample is {@link Measurement.running}; absent when all that can be known is known. */
  running?: true;
  /** Absent where the sidecar's clock was the real one. */
  timelapse?: Timelapse;
  /** Of the first of {@link targets}. */
  effective: EffectiveTimeout;
  /** Every endpoint that was measured. */
  targets: TargetRecord[];
  istioVersion: string;
  envoyVersion: string;
  /** Kubernetes nodes that the two pods run on; absent where that is not known. */
  nodes?: Record<ProbeKind, string>;
  samples: Measurement[];
  notes: string[];
}
