import assert from "node:assert/strict";
import type { ProbeKind } from "../../../model/record.ts";
import { runVerdict } from "../../../report/verdict.ts";
import { evidenceLine } from "../fakeCluster.ts";
import type { FakeCluster } from "../fakeCluster.ts";
import { dump, httpConnectionManager, tcpProxy, virtualOutbound } from "../listeners.ts";
import { closingCluster, measureOn, refusalOn, started } from "../measuring.ts";

describe("an endpoint that is gone when the window is over", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = closingCluster();
  });

  const gone = { ok: false, error: "ECONNREFUSED 10.0.0.5:6379" };

  it("is told of, and nobody is blamed in its stead", async () => {
    const probe = cluster.probes.withoutSidecar;
    const there = probe.check;
    Object.defineProperty(probe, "check", {
      get: () => (cluster.clock.nowMs() < 14_000 ? there : gone),
    });
    const record = await measureOn(cluster);
    assert.deepEqual(
      record.samples.map(({ unreachableAfter }) => unreachableAfter),
      [undefined, "ECONNREFUSED 10.0.0.5:6379"],
    );
    assert.equal(runVerdict(record).cause, "endpointGone");
  });

  it("is not told of where the pod can't be asked", async () => {
    cluster.failure = (command) =>
      command.includes("client.mjs check") && cluster.clock.nowMs() >= 14_000 ? "gone" : undefined;
    const record = await measureOn(cluster);
    assert.ok(!record.samples.some((sample) => "unreachableAfter" in sample));
    assert.equal(runVerdict(record).cause, "idleTimeout");
  });
});

describe("the endpoint of a measurement", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = closingCluster();
  });

  const cases = {
    "ECONNREFUSED 10.0.0.5:6379": "nothing listens there",
    "ENOTFOUND redis.invalid": "the name does not exist",
    "ETIMEDOUT 10.0.0.5:6379 did not answer within 10 s":
      "nothing answers there; a firewall or network policy may be in the way",
    "EMFILE 10.0.0.5:6379": "no connection came about",
  };
  for (const [error, hint] of Object.entries(cases)) {
    it(`that gives ${error} ends it before anything starts`, async () => {
      cluster.probes.withoutSidecar.check = { ok: false, error };
      assert.equal(
        await refusalOn(cluster),
        `endpoint 10.0.0.5:6379 can't be reached from pod without-0: ${hint} (${error}); ` +
          "start the server or correct the endpoint",
      );
      assert.equal(started(cluster), false);
    });
  }

  it("with a name is looked for under the address that the mesh gives the pod with a sidecar", async () => {
    cluster.probes.withSidecar.check = { ok: true, address: "240.240.0.1" };
    cluster.probes.withoutSidecar.check = (host) =>
      host === "redis.mesh"
        ? { ok: true, address: "10.0.0.5" }
        : { ok: false, error: "ENETUNREACH 240.240.0.1:6379" };
    cluster.log = () => evidenceLine({ destination: "240.240.0.1:6379" });
    cluster.listeners = () =>
      dump(virtualOutbound({ idle_timeout: "1s" }), {
        name: "240.240.0.1_6379",
        active_state: {
          listener: {
            name: "240.240.0.1_6379",
            address: { socket_address: { address: "240.240.0.1", port_value: 6379 } },
            filter_chains: [{ filters: [tcpProxy({ idle_timeout: "10s" })] }],
          },
        },
      });
    const { effective, endpoint } = await measureOn(cluster, {
      targets: [{ middleware: "tcp", endpoint: { host: "redis.mesh", port: 6379 } }],
    });
    assert.equal(endpoint, "redis.mesh:6379");
    assert.equal(effective.listener, "240.240.0.1_6379");
    assert.equal(cluster.probes.withSidecar.spec?.tests[0]?.address, "240.240.0.1");
    assert.equal(cluster.probes.withoutSidecar.spec?.tests[0]?.address, "10.0.0.5");
  });

  it("with several addresses is looked up once, and both pods connect to the same one", async () => {
    cluster.probes.withSidecar.check = { ok: true, address: "10.0.0.6" };
    cluster.probes.withoutSidecar.check = (host) => ({
      ok: true,
      address: host === "redis.mesh" ? "10.0.0.5" : host,
    });
    await measureOn(cluster, {
      targets: [{ middleware: "tcp", endpoint: { host: "redis.mesh", port: 6379 } }],
    });
    for (const probe of Object.values(cluster.probes)) {
      assert.deepEqual(probe.spec?.tests, [
        {
          middleware: "tcp",
          host: "redis.mesh",
          port: 6379,
          mode: "silent",
          address: "10.0.0.5",
        },
      ]);
    }
  });

  it("that the sidecar's log has elsewhere makes a void sample", async () => {
    cluster.log = () => evidenceLine({ destination: "10.0.0.6:6379" });
    assert.deepEqual((await measureOn(cluster)).samples[0]?.voidReasons, [
      "the sidecar's log has the connection going to 10.0.0.6:6379, not to 10.0.0.5:6379",
    ]);
  });

  it("is reached from one node or two, which the record says", async () => {
    const on = (kind: ProbeKind, nodeName: string) => {
      const pod = cluster.pod(kind);
      return { ...pod, spec: { ...(pod.spec as object), nodeName } };
    };
    cluster.pods = [on("withSidecar", "node-a"), on("withoutSidecar", "node-b")];
    const record = await measureOn(cluster);
    assert.deepEqual(record.nodes, { withSidecar: "node-a", withoutSidecar: "node-b" });
    assert.deepEqual(record.notes, [
      "the two pods ran on different nodes (node-a and node-b), so their connections may have left the cluster by " +
        "different ways",
    ]);
  });

  it("that the mesh carries as HTTP can't be measured", async () => {
    cluster.listeners = () =>
      dump({
        name: "virtualOutbound",
        active_state: {
          listener: {
            name: "virtualOutbound",
            filter_chains: [{ filters: [httpConnectionManager()] }],
          },
        },
      });
    assert.match(
      await refusalOn(cluster),
      /^pod with-0: the sidecar's listener virtualOutbound hands /,
    );
    assert.equal(started(cluster), false);
  });
});
