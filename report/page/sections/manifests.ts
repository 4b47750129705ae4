import { dump } from "js-yaml";

import { parseEndpoint } from "../../../model/endpoint.ts";
import { connectionPoolSpec } from "../../../model/istio/destinationRule.ts";
import { endpointHost } from "../../../model/istio/endpointHost.ts";
import { idleTimeoutSpec } from "../../../model/istio/idleTimeoutFilter.ts";
import { injectionAnnotations } from "../../../model/istio/injection.ts";
import { serviceEntrySpec } from "../../../model/istio/serviceEntry.ts";
import type { RunRecord } from "../../../model/record.ts";
import { DEFAULT_PATH, DEFAULT_REMEDY } from "../../../model/remedy.ts";
import { remedyPlan } from "../../../model/remedyBehaviour.ts";
import { isLeftAlone, parseTimeout } from "../../../model/timeout.ts";

/** Stand for the reader's own namespace and workload. */
const NAMESPACE = "your-namespace";
const LABELS = { app: "your-app" };

/**
 * Writes, as YAML, what declares a stack's remedy for a workload of the reader's own.
 *
 * @returns an empty text where nothing has to be declared.
 */
export function manifestOf(
  record: Pick<RunRecord, "endpoint" | "path" | "remedy" | "timeout">,
): string {
  const { path = DEFAULT_PATH, remedy = DEFAULT_REMEDY } = record;
  const timeout = parseTimeout(record.timeout);
  const endpoint = parseEndpoint(record.endpoint);
  const host = endpointHost(endpoint, NAMESPACE);
  const plan = remedyPlan({ remedy, timeout });
  const annotations = injectionAnnotations([
    { proxyMetadata: plan.proxyMetadata },
    ...(plan.excludesPort ? [{ excludedPort: endpoint.port }] : []),
  ]);
  const filtered = !isLeftAlone(plan.filter) && !plan.excludesPort;
  const port = plan.filterMatchesPort ? endpoint.port : undefined;
  return [
    ...(filtered
      ? [
          istio(
            "v1alpha3",
            "EnvoyFilter",
            "idle-timeout",
            idleTimeoutSpec(plan.filter, LABELS, port),
          ),
        ]
      : []),
    ...(path === "serviceEntry"
      ? [istio("v1beta1", "ServiceEntry", "endpoint", serviceEntrySpec(endpoint, host))]
      : []),
    ...(plan.connectionPool === undefined
      ? []
      : [
          istio(
            "v1beta1",
            "DestinationRule",
            "connection-pool",
            connectionPoolSpec(host, LABELS, plan.connectionPool),
          ),
        ]),
    ...(Object.keys(annotations).length === 0
      ? []
      : [
          `# in the workload's Deployment\n${yaml({ spec: { template: { metadata: { annotations } } } })}`,
        ]),
  ].join("---\n");
}

function istio(version: string, kind: string, name: string, spec: object): string {
  const apiVersion = `networking.istio.io/${version}`;
  return yaml({ apiVersion, kind, metadata: { name, namespace: NAMESPACE }, spec });
}

function yaml(value: object): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}
