import assert from "node:assert/strict";
import type { FakeCluster } from "../fakeCluster.ts";
import { closingCluster, measureOn, refusalOn } from "../measuring.ts";

describe("the pods of a measurement", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = closingCluster();
  });

  it("are waited for until they are Ready", async () => {
    const ready = cluster.pods;
    cluster.pods = [
      cluster.pod("withSidecar", {
        status: {
          conditions: [{ type: "Ready", status: "False" }],
          containerStatuses: [
            {
              name: "probe",
              restartCount: 0,
              state: { waiting: { reason: "ImagePullBackOff" } },
            },
          ],
        },
      }),
    ];
    void cluster.clock.sleep(3500).then(() => (cluster.pods = ready));
    await measureOn(cluster);
    assert.equal(
      cluster.reported[0],
      "waiting: pod with-0 is not Ready (probe: ImagePullBackOff); no pod has the labels " +
        "app.kubernetes.io/name=probe,istio-idle-timeout/sidecar=false,istio-idle-timeout/run=1-a",
    );
  });

  it("that don't come end it after a minute", async () => {
    cluster.pods = cluster.pods.slice(0, 1);
    assert.equal(
      await refusalOn(cluster),
      "no pod has the labels app.kubernetes.io/name=probe,istio-idle-timeout/sidecar=false," +
        "istio-idle-timeout/run=1-a after 60 s",
    );
    assert.equal(cluster.clock.nowMs(), 60_000);
  });

  it("on their way out don't count", async () => {
    const metadata = { ...(cluster.pods[0]!.metadata as object), deletionTimestamp: "now" };
    cluster.pods.push(cluster.pod("withSidecar", { metadata: { ...metadata, name: "old-0" } }));
    assert.equal((await measureOn(cluster)).samples[0]?.pod, "with-0");
  });

  it("must have a sidecar where they should", async () => {
    cluster.pods[0] = cluster.pod("withSidecar", { containers: ["probe"] });
    assert.equal(
      await refusalOn(cluster),
      "pod with-0 has no istio-proxy container: the sidecar was not injected; check that istiod runs " +
        "and that the namespace has the label istio-injection=enabled",
    );
  });

  it("may have it as an init container that goes on", async () => {
    const pod = cluster.pod("withSidecar", { containers: ["probe"] });
    pod.spec = { ...(pod.spec as object), initContainers: [{ name: "istio-proxy" }] };
    cluster.pods[0] = pod;
    assert.equal((await measureOn(cluster)).samples[0]?.end, "fin");
  });

  it("must have none where they should not", async () => {
    cluster.pods[1] = cluster.pod("withoutSidecar", { containers: ["probe", "istio-proxy"] });
    assert.equal(
      await refusalOn(cluster),
      "pod without-0 has an istio-proxy container but is the one without a sidecar; " +
        "check its label sidecar.istio.io/inject=false",
    );
  });
});
