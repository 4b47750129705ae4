/** Milliseconds in Go's units of time. */
const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3 },
  ...{ ms: 1, s: 1000, m: 60_000, h: 3_600_000 },
};

/** Go counts in nanoseconds, in 64 bits. */
const LONGEST_MS = 2 ** 63 / 1e6;

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const WHOLE = /^[-+]?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/;

/**
 * Reads a duration wherever istiod does, in milliseconds: with Go's `time.ParseDuration`. That holds for
 * `ISTIO_META_IDLE_TIMEOUT` (`parseDuration` in `pilot/pkg/networking/core/listener_builder.go`), and for all objects
 * and the patches of EnvoyFilters, which istiod reads with the old `jsonpb` (`pkg/util/protomarshal`; golang/protobuf
 * v1.5.4 `jsonpb/decode.go`). So `24h` is as good as `86400s`; `1d`, `86400` and a bare number are not.
 *
 * @returns undefined for what istiod can't read.
 */
export function parseGoDuration(value: unknown): number | undefined {
  if (typeof value !== "string") {
    return undefined;
  }
  if (/^[-+]?0$/.test(value)) {
    return 0;
  }
  if (!WHOLE.test(value)) {
    return undefined;
  }
  const parts = [...value.matchAll(PART)].map(
    ([, amount, unit = ""]) => Number(amount) * (MS_PER_UNIT[unit] ?? NaN),
  );
  const ms = Math.round(parts.reduce((sum, part) => sum + part, 0) * 1e6) / 1e6;
  return ms > LONGEST_MS ? undefined : value.startsWith("-") ? -ms : ms;
}
