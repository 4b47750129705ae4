import assert from "node:assert/strict";
import { IdleTimeoutPolicy } from "../../../components/mesh/idleTimeoutPolicy.ts";
import { idleTimeoutSpec } from "../../../model/istio/idleTimeoutFilter.ts";
import { probeLabels } from "../../../model/istio/labels.ts";
import { parseTimeout } from "../../../model/timeout.ts";
import { declare, only, valueOf } from "../../mocks.ts";
import { ENVOY_FILTER, merging, validate } from "./envoyFilter.ts";

const podLabels = probeLabels(true);

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

  for (const variant of ["default", "asIs"] as const) {
    it(`creates nothing for ${variant}`, async () => {
      const { resources, result } = await declare(
        () =>
          new IdleTimeoutPolicy("policy", {
            namespace: "istio-idle-timeout-test",
            podLabels,
            timeout: { variant },
          }),
      );
      assert.deepEqual(
        resources.map(({ name }) => name),
        ["policy"],
      );
      assert.equal(result.reference, undefined);
    });
  }
});
