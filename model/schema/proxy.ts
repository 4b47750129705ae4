import * as v from "valibot";

import { count, durationMs, instant, list, name } from "./fields.ts";

/** Schemas of what a sidecar's Envoy reports about a connection, its counters and its configuration. */

const nameOrNull = v.exactOptional(v.nullable(name));

export const proxyEvidenceSchema = v.object({
  /** `%DURATION%`: from accept to close, in ms of the proxy's own clock. */
  durationMs,
  /** `%RESPONSE_FLAGS%`, `-` where there is none. */
  responseFlags: name,
  /**
   * `%DOWNSTREAM_LOCAL_CLOSE_REASON%`: why the proxy closed towards the application; null if it did not, absent where its
   * version does not tell (before Istio 1.30).
   */
  closeReason: nameOrNull,
  /**
   * `%UPSTREAM_DETECTED_CLOSE_TYPE%`: how the endpoint closed, e.g. `Normal` or `RemoteReset`; null if it did not, absent
   * where the proxy's version does not tell.
   */
  upstreamClose: nameOrNull,
  /**
   * `%UPSTREAM_LOCAL_ADDRESS%`: the proxy's own end of its connection to the endpoint; null where none came about,
   * absent where the entry does not tell.
   */
  upstreamLocal: nameOrNull,
  /** `%UPSTREAM_CLUSTER%`, e.g. `PassthroughCluster`. */
  upstreamCluster: name,
});

export const idleTimeoutCountSchema = v.object({
  /** `tcp.<stat_prefix>.idle_timeout`, from Envoy's admin interface. */
  name,
  /** Just before the connection was opened. */
  before: count,
  /** After it had ended. */
  after: count,
  /**
   * How many of the run's own connections under that name ended when their idle timeout was over: that the timeout
   * closed each of them is proved where the count rose by no fewer.
   */
  due: count,
});

export const effectiveTimeoutSchema = v.object({
  /** In ms; 0 is "never", as in Envoy. */
  idleTimeoutMs: durationMs,
  /**
   * `configured`: a value stands in the filter; `envoy-default`: none does, so Envoy's 1 h applies; `bypassed`:
   * connections to the endpoint go past the proxy, so that none applies and the names below are empty.
   */
  source: v.picklist(["configured", "envoy-default", "bypassed"]),
  listener: name,
  filterChain: name,
  cluster: name,
  /**
   * Listener filters, such as `envoy.filters.listener.tls_inspector`, that wait for the client's first bytes without a
   * limit before a filter chain is chosen: a client that says nothing is never passed on, and no idle timer runs. Absent
   * where there are none.
   */
  awaitFirstBytes: v.exactOptional(list(name, { max: 100 })),
});

export const listenerUpdateSchema = v.object({
  /** `last_updated` in Envoy's config dump, ISO 8601. */
  at: instant,
  /** Envoy's `drain_time`, in ms; absent where it is not known. */
  drainMs: v.exactOptional(durationMs),
});

export const proxyVersionsSchema = v.object({ istioVersion: name, envoyVersion: name });
