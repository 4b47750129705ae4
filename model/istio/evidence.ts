import { mergeIntoOutboundTcpProxy } from "./envoyFilter.ts";
import type { EnvoyFilterSpec } from "./envoyFilter.ts";
import type { ProxyEvidence } from "../record.ts";

/**
 * Evidence of the sidecar: an access-log entry that tells how long it held a connection and why it closed it. The
 * configured format and its parser stand side by side here. Istio's own log format does not show the close reason, nor
 * anything else that tells an idle close.
 *
 * Operators: https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage.
 * `DOWNSTREAM_LOCAL_CLOSE_REASON` and `UPSTREAM_DETECTED_CLOSE_TYPE` need Envoy 1.38 (Istio 1.30); where they can't be
 * had, the entry leaves them out.
 */

/** Mark of our entries among the lines of the sidecar's log. */
export const EVIDENCE_LOG = "istio-idle-timeout";

/** `json_format` of the entry. Envoy keeps numbers numbers and writes null where it has no value. */
export const evidenceJsonFormat: Record<string, string> = {
  log: EVIDENCE_LOG,
  start: "%START_TIME%",
  duration_ms: "%DURATION%",
  flags: "%RESPONSE_FLAGS%",
  close_reason: "%DOWNSTREAM_LOCAL_CLOSE_REASON%",
  upstream_close: "%UPSTREAM_DETECTED_CLOSE_TYPE%",
  upstream_local: "%UPSTREAM_LOCAL_ADDRESS%",
  connection_id: "%CONNECTION_ID%",
  source: "%DOWNSTREAM_REMOTE_ADDRESS%",
  destination: "%DOWNSTREAM_LOCAL_ADDRESS%",
  upstream_cluster: "%UPSTREAM_CLUSTER%",
};

/** `json_format` for a proxy that knows no close reasons. */
export const silentJsonFormat = without(evidenceJsonFormat, ["close_reason", "upstream_close"]);

/** Evidence of one connection, with what identifies the connection. */
export interface EvidenceEntry extends ProxyEvidence {
  /** When the proxy accepted the connection, ISO 8601. */
  start: string;
  /** Application's end of the connection, as `address:port`. */
  source: string;
  /** Port of {@link source}, which together with the pod identifies the connection. */
  sourcePort: number;
  /** The proxy's number of the connection, which its debug log uses; absent where the entry has none. */
  connectionId?: string;
  /** Destination that the application wanted, as `address:port`. */
  destination: string;
}

/**
 * Reads one line of the sidecar's log.
 *
 * @returns undefined for a line that is not a complete entry of ours.
 */
export function parseEvidenceLine(line: string): EvidenceEntry | undefined {
  if (!line.includes(EVIDENCE_LOG)) {
    return undefined;
  }
  const fields = parseObject(line);
  if (fields?.log !== EVIDENCE_LOG) {
    return undefined;
  }
  const durationMs = Number(fields.duration_ms ?? Number.NaN);
  const source = text(fields.source);
  const connectionId = numberText(fields.connection_id);
  const sourcePort = Number(source?.split(":").at(-1));
  if (source === null || !Number.isFinite(durationMs) || !Number.isInteger(sourcePort)) {
    return undefined;
  }
  return {
    start: text(fields.start) ?? "",
    durationMs,
    responseFlags: text(fields.flags) ?? "-",
    ...("close_reason" in fields && { closeReason: text(fields.close_reason) }),
    ...("upstream_close" in fields && { upstreamClose: text(fields.upstream_close) }),
    ...("upstream_local" in fields && { upstreamLocal: text(fields.upstream_local) }),
    source,
    sourcePort,
    ...(connectionId !== undefined && { connectionId }),
    destination: text(fields.destination) ?? "",
    // Istio names clusters with a closing ";" for its statistics, and Envoy logs that name.
    upstreamCluster: (text(fields.upstream_cluster) ?? "").replace(/;$/, ""),
  };
}

function without(
  fields: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function numberText(value: unknown): string | undefined {
  return /^\d+$/.test(String(value)) ? String(value) : undefined;
}

/** Returns a text value; Envoy writes `-` where it has none. */
function text(value: unknown): string | null {
  return typeof value === "string" && value !== "-" && value !== "" ? value : null;
}

/**
 * Returns an EnvoyFilter that makes the sidecar write the entry to its standard output. It has one patch for each kind of
 * proxy, which asks for no more than that proxy can tell.
 */
export function evidenceSpec(
  podLabels: Readonly<Record<string, string>>,
  versions = EVIDENCE_VERSIONS,
): EnvoyFilterSpec {
  return {
    ...entrySpec(podLabels, evidenceJsonFormat),
    configPatches: [
      ...patchesFor(versions.telling, entrySpec(podLabels, evidenceJsonFormat)),
      ...patchesFor(versions.silent, entrySpec(podLabels, silentJsonFormat)),
    ],
  };
}

function patchesFor(proxyVersion: string, { configPatches = [] }: EnvoyFilterSpec) {
  return configPatches.map((patch) => ({
    ...patch,
    match: { ...patch.match, proxy: { proxyVersion } },
  }));
}

function entrySpec(
  podLabels: Readonly<Record<string, string>>,
  format: Readonly<Record<string, string>>,
): EnvoyFilterSpec {
  return mergeIntoOutboundTcpProxy(podLabels, {
    access_log: [
      {
        name: "envoy.access_loggers.file",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
          path: "/dev/stdout",
          log_format: { json_format: format },
        },
      },
    ],
  });
}

/** Regular expressions of Go's kind for the versions of proxies; each version matches exactly one. */
export interface EvidenceVersions {
  /** Proxies whose access log tells why a connection was closed. */
  telling: string;
  /** Proxies that would refuse a listener whose log asks for the reason, and keep their earlier configuration. */
  silent: string;
}

/**
 * By Istio's version of the proxy: the first that tells is 1.30, with Envoy 1.38. What calls itself otherwise than by
 * a number is taken for one that does not, because that works with all.
 */
export const EVIDENCE_VERSIONS: EvidenceVersions = {
  telling: "^(1[.]([3-9][0-9]|[0-9]{3,})|[2-9]|[0-9]{2,})([^0-9]|$)",
  silent: "^((0|1[.][0-9]|1[.][12][0-9])([^0-9]|$)|[^0-9])",
};
