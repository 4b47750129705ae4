import assert from "node:assert/strict";
import { idleFilter } from "../doctor/fakeMesh.ts";
import type { FakeCluster } from "../fakeCluster.ts";
import { dump, virtualOutbound } from "../listeners.ts";
import { closingCluster, EFFECTIVE, measureOn, notesOf, refusalOn, started } from "../measuring.ts";

describe("the configuration that a measurement expects of the sidecar", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = closingCluster();
  });

  it("is waited for", async () => {
    const atFirst = [
      () => "{}",
      () => dump(virtualOutbound({ idle_timeout: "30s" })),
      () => dump(virtualOutbound({ idle_timeout: "10s" }, { warming_state: {} })),
      () => dump(virtualOutbound({ idle_timeout: "10s", evidence: false })),
    ];
    const later = cluster.listeners;
    cluster.listeners = () => (atFirst.shift() ?? later)();
    assert.equal((await measureOn(cluster)).effective.idleTimeoutMs, 10_000);
    assert.deepEqual(cluster.reported.slice(0, 5), [
      "waiting for the sidecar's configuration: it has no listener for the endpoint yet",
      `waiting for the sidecar's configuration: expected an idle timeout of 10s, found 30s ${EFFECTIVE}`,
      "waiting for the sidecar's configuration: its listener virtualOutbound is being replaced",
      "waiting for the sidecar's configuration: its access log has no entries of ours for filter chain " +
        "virtualOutbound-catchall-tcp; restore the evidence EnvoyFilter, or measure without evidence",
      `effective idle timeout for 10.0.0.5:6379: 10s ${EFFECTIVE}`,
    ]);
  });

  it("that stays another ends it, and names both timeouts and what was rejected", async () => {
    const error_state = { details: "Not supported field in StreamInfo: NO_SUCH_OPERATOR" };
    cluster.listeners = () => dump(virtualOutbound({}, { error_state }));
    assert.equal(
      await refusalOn(cluster),
      "the sidecar of pod with-0 is not configured as expected after 14 s: expected an idle timeout " +
        `of 10s, found 1h (Envoy's default) ${EFFECTIVE}; it rejected an update: ${error_state.details}`,
    );
    assert.equal(cluster.clock.nowMs(), 14_000);
    assert.equal(started(cluster), false);
  });

  it("is named with what sets it before the wait, where that is known", async () => {
    cluster.filters = [idleFilter("idle-10s/idle-timeout", "10s")];
    await measureOn(cluster);
    const line = `effective idle timeout for 10.0.0.5:6379: 10s ${EFFECTIVE}`;
    assert.equal(cluster.reported[0], `${line}, set by EnvoyFilter idle-10s/idle-timeout`);
  });

  it("is looked into before the connections stand, not beside them", async () => {
    cluster.filters = [idleFilter("idle-10s/idle-timeout", "10s")];
    await measureOn(cluster);
    const asksForFilters = (command: string): boolean => command.includes("envoyfilters");
    const start = cluster.commands.findIndex((command) => command.includes("client.mjs start"));
    assert.ok(cluster.commands.slice(0, start).some(asksForFilters));
    assert.deepEqual(cluster.commands.slice(start).filter(asksForFilters), []);
  });

  it("that somebody else's filter sets is refused by the filter's name", async () => {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "30s" }));
    cluster.filters = [
      idleFilter("idle-10s/idle-timeout", "10s"),
      idleFilter("istio-system/mesh", "30s", { priority: 1 }),
    ];
    assert.equal(
      await refusalOn(cluster),
      "the sidecar of pod with-0 is not configured as expected after 14 s: expected an idle timeout of 10s, " +
        `found 30s ${EFFECTIVE}; the idle timeout that it applies is set by EnvoyFilter istio-system/mesh of ` +
        "the root namespace",
    );
  });

  it("without our access log is enough when no evidence is asked for", async () => {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "10s", evidence: false }));
    const record = await measureOn(cluster, { evidence: false });
    assert.equal(record.samples[0]?.proxy, null);
    assert.deepEqual(notesOf(record), []);
    assert.equal(
      cluster.commands.some((command) => command.startsWith("logs")),
      false,
    );
  });

  for (const [timeout, idle_timeout, idleTimeoutMs] of [
    ["default", undefined, 3_600_000],
    ["remove", undefined, 3_600_000],
    ["off", "0s", 0],
  ] as const) {
    it(`is as expected for ${timeout}`, async () => {
      cluster.probes.withSidecar.fate = {};
      cluster.listeners = () => dump(virtualOutbound(idle_timeout ? { idle_timeout } : {}));
      const record = await measureOn(cluster, { timeout, observeMs: 120_000 });
      assert.equal(record.effective.idleTimeoutMs, idleTimeoutMs);
      assert.deepEqual(notesOf(record), []);
      assert.deepEqual(
        record.samples.map(({ end, heldMs }) => ({ end, heldMs })),
        [
          { end: "open", heldMs: 120_000 },
          { end: "open", heldMs: 120_000 },
        ],
      );
    });
  }

  it("is asked for again while the sidecar does not answer", async () => {
    let refusals = 2;
    cluster.failure = (command) =>
      command.includes("config_dump") && refusals-- > 0 ? "connection refused" : undefined;
    assert.equal((await measureOn(cluster)).samples[0]?.end, "fin");
  });
});
