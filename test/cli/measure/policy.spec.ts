import assert from "node:assert/strict";
import type { FakeCluster } from "../fakeCluster.ts";
import { dump, virtualOutbound } from "../listeners.ts";
import { closingCluster, EFFECTIVE, measureOn, refusalOn } from "../measuring.ts";

describe("a policy that is not in the cluster", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = closingCluster();
  });

  beforeEach(() => {
    cluster.policies = [];
    cluster.probes.withSidecar.fate = {};
    cluster.listeners = () => dump(virtualOutbound());
  });

  it("is a finding: what the proxy applies is measured", async () => {
    const record = await measureOn(cluster);
    assert.equal(record.samples[0]?.end, "open");
    assert.deepEqual(record.notes, [
      "EnvoyFilter idle-timeout is not in the cluster; the proxy applies its default of 1h",
    ]);
    assert.equal(
      cluster.reported[0],
      "EnvoyFilter idle-timeout is not in the cluster; measuring what the proxy applies",
    );
  });

  it("is given time to leave the proxy", async () => {
    let asked = 0;
    cluster.listeners = () => dump(virtualOutbound(asked++ < 3 ? { idle_timeout: "10s" } : {}));
    assert.equal((await measureOn(cluster)).effective.source, "envoy-default");
    assert.equal(
      cluster.reported[1],
      `waiting for the sidecar's configuration: it still applies 10s ${EFFECTIVE}`,
    );
  });

  it("may have something else in its place", async () => {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "30s" }));
    assert.deepEqual((await measureOn(cluster)).notes, [
      "EnvoyFilter idle-timeout is not in the cluster; the proxy applies 30s",
    ]);
  });

  it("is not assumed missing when the cluster refuses to say", async () => {
    cluster.failure = (command) =>
      command.startsWith("get envoyfilters") ? "Error from server (Forbidden): no" : undefined;
    assert.equal(
      await refusalOn(cluster),
      "kubectl get envoyfilters.networking.istio.io: Error from server (Forbidden): no",
    );
  });
});
