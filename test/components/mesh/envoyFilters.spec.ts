import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { EnvoyFilterSpec } from "../../../model/istio/envoyFilter.ts";
import { EvidenceFilter } from "../../../components/mesh/evidenceFilter.ts";
import { evidenceSpec } from "../../../model/istio/evidence.ts";
import { EVIDENCE_VERSIONS } from "../../../model/istio/evidence.ts";
import { IdleTimeoutPolicy, idleTimeoutSpec } from "../../../components/mesh/idleTimeoutPolicy.ts";
import { probeLabels } from "../../../model/istio/labels.ts";
import { parseTimeout } from "../../../model/timeout.ts";
import { declare, only, valueOf } from "../../mocks.ts";

const podLabels = probeLabels(true);
const ENVOY_FILTER = "kubernetes:networking.istio.io/v1alpha3:EnvoyFilter";

/** The whole EnvoyFilter that merges these fields, as Istio takes it. */
function merging(fields: Record<string, unknown>, portNumber?: number) {
  return {
    workloadSelector: {
      labels: {
        "app.kubernetes.io/name": "probe",
        "istio-idle-timeout/sidecar": "true",
      },
    },
    configPatches: [
      {
        applyTo: "NETWORK_FILTER",
        match: {
          context: "SIDECAR_OUTBOUND",
          listener: {
            ...(portNumber !== undefined && { portNumber }),
            filterChain: { filter: { name: "envoy.filters.network.tcp_proxy" } },
          },
        },
        patch: {
          operation: "MERGE",
          value: {
            name: "envoy.filters.network.tcp_proxy",
            typed_config: {
              "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
              ...fields,
            },
          },
        },
      },
    ],
  };
}

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

/** Checks a manifest against the schema of Istio's own CRD. */
async function validate(spec: EnvoyFilterSpec): Promise<void> {
  const { EnvoyFilter } =
    await import("@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter");
  new EnvoyFilter({ metadata: { name: "any", namespace: "any" }, spec }).validate();
}

describe("IdleTimeoutPolicy", () => {
  const variants: [timeout: string, idleTimeout: string | null][] = [
    ["10s", "10s"],
    ["30s", "30s"],
    ["13.7s", "13.700s"],
    ["24h", "86400s"],
    ["off", "0s"],
    ["remove", null],
  ];
  for (const [timeout, idleTimeout] of variants) {
    it(`merges ${JSON.stringify(idleTimeout)} for ${timeout}`, async () => {
      const { resources, result } = await declare(
        () =>
          new IdleTimeoutPolicy("policy", {
            namespace: "istio-idle-timeout-test",
            podLabels,
            timeout: parseTimeout(timeout),
          }),
      );
      assert.deepEqual(resources, [
        {
          type: "istio-idle-timeout:index:IdleTimeoutPolicy",
          name: "policy",
          path: "istio-idle-timeout:index:IdleTimeoutPolicy",
          inputs: {},
          provider: undefined,
        },
        {
          type: ENVOY_FILTER,
          name: "policy-filter",
          path: `istio-idle-timeout:index:IdleTimeoutPolicy$${ENVOY_FILTER}`,
          inputs: {
            apiVersion: "networking.istio.io/v1alpha3",
            kind: "EnvoyFilter",
            metadata: { name: "idle-timeout", namespace: "istio-idle-timeout-test" },
            spec: merging({ idle_timeout: idleTimeout }),
          },
          provider: undefined,
        },
      ]);
      assert.ok(result.reference);
      assert.equal(await valueOf(result.reference), "EnvoyFilter/idle-timeout");
    });

    it(`is an EnvoyFilter by Istio's schema for ${timeout}`, async () => {
      await validate(idleTimeoutSpec(parseTimeout(timeout), podLabels));
    });
  }

  it("asks for a port where one is given", async () => {
    const { resources } = await declare(
      () =>
        new IdleTimeoutPolicy("policy", {
          namespace: "istio-idle-timeout-test",
          podLabels,
          timeout: parseTimeout("10s"),
          port: 6379,
        }),
    );
    const { spec } = only(resources, ENVOY_FILTER).inputs;
    assert.deepEqual(spec, merging({ idle_timeout: "10s" }, 6379));
    await validate(idleTimeoutSpec(parseTimeout("10s"), podLabels, 6379));
  });

  it("creates nothing for default", async () => {
    const { resources, result } = await declare(
      () =>
        new IdleTimeoutPolicy("policy", {
          namespace: "istio-idle-timeout-test",
          podLabels,
          timeout: { variant: "default" },
        }),
    );
    assert.deepEqual(
      resources.map(({ name }) => name),
      ["policy"],
    );
    assert.equal(result.reference, undefined);
  });
});

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

  for (const [version, telling] of [
    ["1.30.0", true],
    ["1.30-alpha.0123", true],
    ["1.31-dev", true],
    ["1.40", true],
    ["1.100.2", true],
    ["2.0.0", true],
    ["10.1", true],
    ["1.29.9", false],
    ["1.3.0", false],
    ["1.3", false],
    ["1.9-dev", false],
    ["0.8.0", false],
    ["master-alpha", false],
  ] as const) {
    it(`takes Istio ${version} for one that ${telling ? "tells" : "does not tell"} why it closes`, () => {
      const matches = (regex: string) => new RegExp(regex).test(version);
      assert.equal(matches(EVIDENCE_VERSIONS.telling), telling);
      assert.equal(matches(EVIDENCE_VERSIONS.silent), !telling);
    });
  }

  it("asks each release of Istio for one entry", () => {
    const part = fc.nat({ max: 300 });
    fc.assert(
      fc.property(part, part, fc.constantFrom("", ".0", "-dev"), (major, minor, rest) => {
        const { telling, silent } = EVIDENCE_VERSIONS;
        const matches = [telling, silent].filter((regex) =>
          new RegExp(regex).test(`${major}.${minor}${rest}`),
        );
        const tells = major > 1 || (major === 1 && minor >= 30);
        assert.deepEqual(matches, [tells ? telling : silent]);
      }),
    );
  });
});

describe("Istio's schema as used here", () => {
  it("does refuse what is wrong", async () => {
    const spec = evidenceSpec(podLabels);
    const [patch] = spec.configPatches ?? [];
    assert.ok(patch);
    Object.assign(patch, { applyTo: "NETWORK_FLITER" });
    await assert.rejects(validate(spec), /applyTo/);
  });
});
