import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ProbeWorkload } from "../../../components/pods/probeWorkload.ts";
import { declare, only } from "../../mocks.ts";
import type { Inputs } from "../../mocks.ts";

const VARIANT = {
  "istio-idle-timeout/timeout": "13.7s",
  "istio-idle-timeout/remedy": "destinationRule",
};
const IMAGE = `localhost:5000/istio-idle-timeout-probe@sha256:${"0".repeat(64)}`;

async function deploymentOf(sidecar: boolean, platform?: string) {
  const { resources } = await declare(
    () =>
      new ProbeWorkload("probe", {
        namespace: "istio-idle-timeout-test",
        image: IMAGE,
        sidecar,
        runId: "0123456789",
        credentialsVersion: "42",
        variantLabels: VARIANT,
        platform,
      }),
  );
  assert.equal(resources.length, 2);
  return only(resources, "kubernetes:apps/v1:Deployment");
}

/** The whole Deployment. */
function expected(name: string, sidecar: string): Inputs {
  const labels = { "app.kubernetes.io/name": "probe", "istio-idle-timeout/sidecar": sidecar };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "istio-idle-timeout-test", labels },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels: {
            ...labels,
            "istio-idle-timeout/run": "0123456789",
            ...VARIANT,
            "sidecar.istio.io/inject": sidecar,
          },
          annotations: {
            "sidecar.istio.io/proxyCPU": "10m",
            "sidecar.istio.io/proxyMemory": "64Mi",
            "istio-idle-timeout/credentials": "42",
            "sidecar.istio.io/statsInclusionPrefixes": "tcp",
          },
        },
        spec: {
          affinity: {
            podAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: {
                    topologyKey: "kubernetes.io/hostname",
                    labelSelector: { matchLabels: { "istio-idle-timeout/run": "0123456789" } },
                  },
                },
              ],
            },
          },
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 2,
          containers: [
            {
              name: "probe",
              image: IMAGE,
              securityContext: {
                runAsNonRoot: true,
                readOnlyRootFilesystem: true,
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
                seccompProfile: { type: "RuntimeDefault" },
              },
              resources: {
                requests: { cpu: "10m", memory: "64Mi" },
                limits: { cpu: "1", memory: "128Mi" },
              },
              startupProbe: {
                exec: { command: ["node", "/app/client.mjs", "status", "startup"] },
                periodSeconds: 1,
                timeoutSeconds: 10,
                failureThreshold: 60,
              },
              volumeMounts: [
                { name: "state", mountPath: "/var/run/probe" },
                { name: "credentials", mountPath: "/etc/probe", readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: "state", emptyDir: { sizeLimit: "16Mi" } },
            { name: "credentials", secret: { secretName: "probe-credentials", optional: true } },
          ],
        },
      },
    },
  };
}

describe("ProbeWorkload", () => {
  it("is one restricted pod with a sidecar", async () => {
    const { name, path, inputs } = await deploymentOf(true);
    assert.equal(name, "probe-deployment");
    assert.equal(path, "istio-idle-timeout:index:ProbeWorkload$kubernetes:apps/v1:Deployment");
    assert.deepEqual(inputs, expected("probe-with-sidecar", "true"));
  });

  it("hands all requests on to the injector", async () => {
    const { resources } = await declare(
      () =>
        new ProbeWorkload("probe", {
          namespace: "istio-idle-timeout-test",
          image: IMAGE,
          sidecar: true,
          runId: "0123456789",
          credentialsVersion: pulumi.output("42"),
          variantLabels: VARIANT,
          injection: [{ excludedPort: 6379 }, pulumi.output({ proxyImage: "proxy" })],
        }),
    );
    const { template } = only(resources, "kubernetes:apps/v1:Deployment").inputs.spec;
    assert.deepEqual(template.metadata.annotations, {
      "sidecar.istio.io/proxyCPU": "10m",
      "sidecar.istio.io/proxyMemory": "64Mi",
      "istio-idle-timeout/credentials": "42",
      "sidecar.istio.io/statsInclusionPrefixes": "tcp",
      "sidecar.istio.io/proxyImage": "proxy",
      "traffic.sidecar.istio.io/excludeOutboundPorts": "6379",
    });
  });

  it("differs without a sidecar in name and labels only", async () => {
    const { inputs } = await deploymentOf(false);
    assert.deepEqual(inputs, expected("probe-without-sidecar", "false"));
  });

  it("runs on nodes of the platform that the image is for", async () => {
    const { inputs } = await deploymentOf(true, "linux/arm/v7");
    const { nodeSelector } = inputs.spec.template.spec;
    assert.deepEqual(nodeSelector, { "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm" });
  });
});
