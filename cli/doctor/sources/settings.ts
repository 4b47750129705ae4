/** Settings of a proxy's TCP idle timeout, in the order in which they apply: the last one wins. */
import { formatDuration } from "../../../model/duration.ts";
import { parseGoDuration } from "../../../model/istio/goDuration.ts";
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
  | {
      kind: "ISTIO_META_IDLE_TIMEOUT";
      value: string;
      /** Where the sidecar has it from, such as `the pod's annotation proxy.istio.io/config`; absent if unknown. */
      from?: string;
    }
  /** A default of some versions of Istio. */
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
      return `${METADATA_NAME}=${source.value}${source.from === undefined ? "" : ` of ${source.from}`}`;
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

/** For an advice: the nearest text that istiod reads, or an example. */
export function readableDuration(value: unknown): string {
  const text = String(value);
  const [, days] = /^\s*(\d+)\s*d(?:ays?)?\s*$/i.exec(text) ?? [];
  if (days !== undefined) {
    return `${Number(days) * 24}h`;
  }
  const ms = parseGoDuration(text.replace(/\s/g, "").toLowerCase());
  return ms === undefined || ms === 0 ? "24h" : formatDuration(ms);
}
