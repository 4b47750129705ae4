import assert from "node:assert/strict";
import type { PreflightRequest } from "../../../model/requests.ts";
import { FakePreflightWorld, istiod, problemsIn, webhooks } from "./fakeWorld.ts";

describe("the preflight", () => {
  let around: FakePreflightWorld;

  beforeEach(() => {
    around = new FakePreflightWorld();
  });

  describe("of Istio", () => {
    it("finds it not installed", async () => {
      around.failure = (command) =>
        command.includes("networking.istio.io")
          ? "Error from server (NotFound): the server could not find the requested resource"
          : undefined;
      assert.deepEqual(await problemsIn(around), [
        "Istio: it is not installed in the cluster, which has no API networking.istio.io; install it " +
          "(istioctl install), or set kubeContext to a cluster that has it",
      ]);
    });

    it("finds that nothing injects", async () => {
      around.webhooks = [
        { metadata: { name: "vault" }, webhooks: [{ name: "v.io", clientConfig: {} }] },
      ];
      assert.deepEqual(await problemsIn(around), [
        "Istio: nothing in the cluster injects sidecars (no MutatingWebhookConfiguration has a webhook " +
          "sidecar-injector.istio.io); install istiod (istioctl install)",
      ]);
    });

    it("finds that no revision injects, and names those that there are", async () => {
      around.webhooks = [webhooks("1-30-2"), webhooks("1-30-2", "stable"), webhooks("1-31-0")];
      assert.deepEqual(await problemsIn(around), [
        "Istio: no webhook injects sidecars into a namespace with the label istio-injection=enabled; set " +
          "revision to one of 1-30-2, 1-31-0, stable",
      ]);
    });

    for (const revision of ["1-30-2", "stable"]) {
      it(`takes ${revision} for one that injects where it is asked for`, async () => {
        around.webhooks = [webhooks("1-30-2"), webhooks("1-30-2", "stable")];
        around.controlPlanes = [
          istiod("istio/pilot:1.29.0"),
          istiod("istio/pilot:1.30.2", { labels: { "istio.io/rev": "1-30-2" } }),
        ];
        assert.deepEqual(
          await problemsIn(around, { injectionLabels: { "istio.io/rev": revision } }),
          [],
        );
      });
    }

    it("finds the control plane not available", async () => {
      around.controlPlanes = [{ ...istiod("istio/pilot:1.31.0"), status: {} }];
      assert.deepEqual(await problemsIn(around), [
        "Istio: istiod is not available, so that pods get no sidecar; see kubectl get pods --namespace mesh",
      ]);
    });

    it("finds the releases whose default is another", async () => {
      const found = async (release: string, changes: Partial<PreflightRequest>) => {
        around.controlPlanes = [istiod(`istio/pilot:${release}`)];
        return (await problemsIn(around, changes)).length;
      };
      const remove: Partial<PreflightRequest> = { timeout: "remove" };
      assert.deepEqual(
        [
          await found("1.13.9", {}),
          await found("1.14.0", {}),
          await found("1.15.1", remove),
          await found("1.15.1", { timeout: "off" }),
          await found("1.15.2", {}),
        ],
        [0, 1, 1, 0, 0],
      );
    });

    const off = "off";
    const duration = "12s";
    const rule = { path: "serviceEntry", remedy: "destinationRule" } as const;
    const metadata = { remedy: "proxyMetadata" } as const;
    const gates: [release: string, changes: Partial<PreflightRequest>, problem?: string][] = [
      [
        "1.20.8",
        { ...rule, timeout: duration },
        "remedy: destinationRule, but a DestinationRule of Istio 1.20.8 has no idleTimeout (it came with 1.21); " +
          "set remedy to envoyFilter",
      ],
      ["1.21.0", { ...rule, timeout: duration }],
      [
        "1.23.5",
        { ...rule, timeout: off },
        "timeout: off, but Istio 1.23.5 refuses an idleTimeout of 0s in a DestinationRule (until 1.23.6); set " +
          "timeout to a duration, or remedy to envoyFilter",
      ],
      ["1.23.5", { ...rule, timeout: duration }],
      ["1.23.6", { ...rule, timeout: off }],
      [
        "1.13.9",
        { ...metadata, timeout: duration },
        "remedy: proxyMetadata, but Istio 1.13.9 ignores it for hosts that the mesh does not know (until 1.14); " +
          "set remedy to envoyFilter, or path to serviceEntry",
      ],
      ["1.13.9", { ...metadata, path: "serviceEntry", timeout: duration }],
      ["1.14.0", { ...metadata, timeout: duration }],
      ["1.15.1", { path: "serviceEntry", timeout: "default" }],
    ];
    for (const [release, changes, problem] of gates) {
      const what = JSON.stringify(changes);
      it(`${problem ? "finds" : "does not find"} Istio ${release} too old for ${what}`, async () => {
        around.controlPlanes = [istiod(`istio/pilot:${release}`)];
        assert.deepEqual(await problemsIn(around, changes), problem ? [problem] : []);
      });
    }

    it("takes the version from a label where the image has none, or goes without", async () => {
      const labels = { "operator.istio.io/version": "1.20.1" };
      around.controlPlanes = [istiod("istio/pilot@sha256:0123", { labels })];
      const old = { ...rule, timeout: duration };
      assert.match((await problemsIn(around, old)).join(), /Istio 1\.20\.1 /);
      around.controlPlanes = [istiod("registry:5000/pilot:latest", { labels: {} })];
      assert.deepEqual(await problemsIn(around, old), []);
    });
  });
});
