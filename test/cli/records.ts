import type { EffectiveTimeout, Measurement, RunRecord } from "../../model/record.ts";
import type { Sample } from "../../app/probe/sample.ts";

export const SAMPLE: Sample = {
  middleware: "tcp",
  mode: "silent",
  repetition: 1,
  connection: 1,
  host: "10.0.0.5",
  port: 6379,
  localPort: 54_176,
  localAddress: "10.244.0.28",
  remoteAddress: "10.0.0.5",
  connectedAt: "2026-01-02T03:04:05.678Z",
  heldMs: 10_001.6,
  end: "fin",
};

export function measurement(changes: Partial<Measurement> = {}): Measurement {
  return {
    probe: "withSidecar",
    pod: "probe-with-sidecar-0",
    ...SAMPLE,
    proxy: {
      durationMs: 10_001,
      responseFlags: "-",
      closeReason: "tcp_session_idle_timeout",
      upstreamClose: "Normal",
      upstreamLocal: "10.244.0.28:54190",
      upstreamCluster: "PassthroughCluster",
    },
    notes: [],
    ...changes,
  };
}

export function control(changes: Partial<Measurement> = {}): Measurement {
  return measurement({
    probe: "withoutSidecar",
    pod: "probe-without-sidecar-0",
    heldMs: 14_000.4,
    end: "open",
    proxy: null,
    ...changes,
  });
}

const EFFECTIVE: EffectiveTimeout = {
  idleTimeoutMs: 10_000,
  source: "configured",
  listener: "virtualOutbound",
  filterChain: "virtualOutbound-catchall-tcp",
  cluster: "PassthroughCluster",
};

/** A record of one endpoint, to which a changed `effective` belongs too. */
export function runRecord(changes: Partial<RunRecord> = {}): RunRecord {
  const { endpoint = "10.0.0.5:6379", effective = EFFECTIVE } = changes;
  return {
    schemaVersion: 1,
    run: "1-a",
    endpoint,
    timeout: "10s",
    observeMs: 14_000,
    effective,
    targets: [{ middleware: "tcp", endpoint, effective }],
    istioVersion: "1.31-dev",
    envoyVersion: "1.40.0",
    samples: [measurement(), control()],
    notes: [],
    ...changes,
  };
}

const ENVOY_DEFAULT = {
  ...runRecord().effective,
  idleTimeoutMs: 3_600_000,
  source: "envoy-default",
} as const;

/** A run without a filter, whose window ended long before Envoy's own hour. */
export const DEFAULT_OPEN = runRecord({
  timeout: "default",
  effective: ENVOY_DEFAULT,
  samples: [measurement({ end: "open", heldMs: 14_000.9, proxy: null }), control()],
});

/** A run without a filter in a time-lapse, which saw that hour end. */
export const LAPSED = runRecord({
  timeout: "default",
  effective: ENVOY_DEFAULT,
  timelapse: { factor: 360 },
  samples: [
    measurement({ timelapse: { factor: 360, proxyMs: 3_600_319, wallMs: 10_001.2 } }),
    control(),
  ],
});
