import { mergeIntoOutboundTcpProxy } from "./envoyFilter.ts";
import type { EnvoyFilterSpec } from "./envoyFilter.ts";
import { evidenceJsonFormat, silentJsonFormat } from "./evidence.ts";
import { EVIDENCE_VERSIONS } from "./evidenceVersions.ts";

/**
 * The EnvoyFilter that appends the entry to the sidecar's standard output: one patch for each kind of proxy, which
 * asks for no more than it can tell.
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
