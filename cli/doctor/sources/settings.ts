/** What sets a sidecar's TCP idle timeout, in the order in which it is applied: the last one wins. */
import { formatDuration, parseDuration } from "../../../model/duration.ts";
import { formatIdleTimeout } from "../../../report/text.ts";

/** Environment of the sidecar, by which it tells istiod its idle timeout. */
export const METADATA_NAME = "ISTIO_META_IDLE_TIMEOUT";

export type Source =
  | {
      kind: "EnvoyFilter" | "DestinationRule";
      namespace: string;
      name: string;
      /** It stands in the root namespace, whose objects hold for the whole mesh. */
      root?: true;
    }
  | { kind: "ISTIO_META_IDLE_TIMEOUT"; value: string }
  /** Of some versions of Istio. */
  | { kind: "istio-default" }
  | { kind: "envoy-default" };

export interface Setting {
  source: Source;
  /** 0 is never; undefined where it may not be looked at. */
  idleTimeoutMs: number | undefined;
}

/** `EnvoyFilter shop/idle-timeout`. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case "EnvoyFilter":
    case "DestinationRule": {
      const note = source.root === true ? " of the root namespace" : "";
      return `${source.kind} ${source.namespace}/${source.name}${note}`;
    }
    case "ISTIO_META_IDLE_TIMEOUT":
      return `${METADATA_NAME}=${source.value}`;
    case "istio-default":
      return "this Istio version's default";
    case "envoy-default":
      return "Envoy's default";
  }
}

/** `EnvoyFilter shop/idle-timeout (10s)`, or `ISTIO_META_IDLE_TIMEOUT=10s`. */
export function describeSetting({ source, idleTimeoutMs }: Setting): string {
  if (source.kind === METADATA_NAME) {
    return describeSource(source);
  }
  const value = idleTimeoutMs === undefined ? "unknown" : formatIdleTimeout(idleTimeoutMs);
  return `${describeSource(source)} (${value})`;
}

/**
 * Reads the sidecar's own setting as istiod does, with Go's `time.ParseDuration`: what that does not read is
 * passed over in silence.
 *
 * @throws Error with one line for the user.
 */
export function parseMetadata(value: string): number {
  return value === "0" ? 0 : parseDuration(value);
}

/** For an advice: the nearest text that istiod reads, or an example. */
export function readableMetadata(value: string): string {
  const [, days] = /^\s*(\d+)\s*d(?:ays?)?\s*$/i.exec(value) ?? [];
  if (days !== undefined) {
    return `${Number(days) * 24}h`;
  }
  const tight = value.replace(/\s/g, "");
  try {
    return formatDuration(parseMetadata(tight));
  } catch {
    return "24h";
  }
}
