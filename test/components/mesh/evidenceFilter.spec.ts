import assert from "node:assert/strict";
import { EvidenceFilter } from "../../../components/mesh/evidenceFilter.ts";
import { EVIDENCE_VERSIONS, evidenceSpec } from "../../../model/istio/evidence.ts";
import { probeLabels } from "../../../model/istio/labels.ts";
import { declare, only } from "../../mocks.ts";
import { ENVOY_FILTER, merging, validate } from "./envoyFilter.ts";

const podLabels = probeLabels(true);

/** The entry that the sidecar is asked for, with these fields beside those that every one has. */
const accessLog = (fields: Record<string, string>) => [
  {
    name: "envoy.access_loggers.file",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
      path: "/dev/stdout",
      log_format: {
        json_format: {
          log: "istio-idle-timeout",
          start: "%START_TIME%",
          duration_ms: "%DURATION%",
          flags: "%RESPONSE_FLAGS%",
          ...fields,
          upstream_local: "%UPSTREAM_LOCAL_ADDRESS%",
          connection_id: "%CONNECTION_ID%",
          source: "%DOWNSTREAM_REMOTE_ADDRESS%",
          destination: "%DOWNSTREAM_LOCAL_ADDRESS%",
          upstream_cluster: "%UPSTREAM_CLUSTER%",
        },
      },
    },
  },
];

const telling = merging({
  access_log: accessLog({
    close_reason: "%DOWNSTREAM_LOCAL_CLOSE_REASON%",
    upstream_close: "%UPSTREAM_DETECTED_CLOSE_TYPE%",
  }),
});
const silent = merging({ access_log: accessLog({}) });

/** The patches of a filter, for proxies whose version matches. */
function forVersions(proxyVersion: string, { configPatches }: ReturnType<typeof merging>) {
  return configPatches.map((patch) => ({
    ...patch,
    match: { ...patch.match, proxy: { proxyVersion } },
  }));
}

describe("EvidenceFilter", () => {
  it("appends an access log and touches nothing else", async () => {
    const { resources } = await declare(
      () => new EvidenceFilter("evidence", { namespace: "istio-idle-timeout-test", podLabels }),
    );
    assert.deepEqual(only(resources, ENVOY_FILTER), {
      type: ENVOY_FILTER,
      name: "evidence-filter",
      path: `istio-idle-timeout:index:EvidenceFilter$${ENVOY_FILTER}`,
      inputs: {
        apiVersion: "networking.istio.io/v1alpha3",
        kind: "EnvoyFilter",
        metadata: { name: "evidence", namespace: "istio-idle-timeout-test" },
        spec: {
          ...telling,
          configPatches: [
            ...forVersions(EVIDENCE_VERSIONS.telling, telling),
            ...forVersions(EVIDENCE_VERSIONS.silent, silent),
          ],
        },
      },
      provider: undefined,
    });
  });

  it("is an EnvoyFilter by Istio's schema", async () => {
    await validate(evidenceSpec(podLabels));
  });

  it("would not be one with a mistyped word", async () => {
    const spec = evidenceSpec(podLabels);
    const [patch] = spec.configPatches ?? [];
    assert.ok(patch);
    Object.assign(patch, { applyTo: "NETWORK_FLITER" });
    await assert.rejects(validate(spec), /applyTo/);
  });
});
