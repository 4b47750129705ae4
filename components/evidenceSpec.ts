import { mergeIntoOutboundTcpProxy } from "./envoyFilter.ts";
import type { EnvoyFilterSpec } from "./envoyFilter.ts";
import { evidenceJsonFormat } from "./evidence.ts";

/** The EnvoyFilter that appends the entry to the sidecar's standard output. */
export function evidenceSpec(podLabels: Readonly<Record<string, string>>): EnvoyFilterSpec {
  return mergeIntoOutboundTcpProxy(podLabels, {
    access_log: [
      {
        name: "envoy.access_loggers.file",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
          path: "/dev/stdout",
          log_format: { json_format: evidenceJsonFormat },
        },
      },
    ],
  });
}
