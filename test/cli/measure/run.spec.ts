import assert from "node:assert/strict";

import type { ProbeSpec } from "../../../app/probe/sample.ts";
import type { ProbeKind, RunRecord } from "../../../model/record.ts";
import type { MeasureRequest } from "../../../model/requests.ts";
import { measure } from "../../../cli/measure/run.ts";
import { KubectlError } from "../../../cli/cluster/kubectl.ts";
import { runVerdict } from "../../../report/verdict.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { idleFilter } from "../doctor/fakeMesh.ts";
import { asked } from "../asked.ts";
import { evidenceLine, FakeCluster, RUN } from "../fakeCluster.ts";
import { dump, httpConnectionManager, tcpProxy, virtualOutbound } from "../listeners.ts";

type Json = Record<string, unknown>;

const ASKED = asked("10s");

const EFFECTIVE =
  "at listener virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster PassthroughCluster";

const SPEC: ProbeSpec = {
  ...{ run: RUN, observeMs: 14_000, connections: 1, repetitions: 1 },
  tests: [{ middleware: "tcp", host: "10.0.0.5", port: 6379, mode: "silent" }],
};

describe("measure", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.probes.withSidecar.fate = { closesAfterMs: 10_001.6 };
  });

  const run = (changes: Partial<MeasureRequest> = {}): Promise<RunRecord> =>
    measure({ ...ASKED, ...changes }, cluster.world);

  async function refused(changes: Partial<MeasureRequest> = {}): Promise<string> {
    try {
      await run(changes);
    } catch (error) {
      assert.ok(error instanceof MeasureError || error instanceof KubectlError, String(error));
      assert.doesNotMatch(error.message, /\n/);
      return error.message;
    }
    assert.fail("a record came about");
  }

  /** Notes of the pod with a sidecar. */
  const notesOf = ({ samples }: RunRecord): string[] | undefined => samples[0]?.notes;
  const voidReasonsOf = ({ samples }: RunRecord): string[] | undefined => samples[0]?.voidReasons;

  function started(): boolean {
    return cluster.commands.some((command) => command.includes("client.mjs start"));
  }

  it("records both connections, the configuration behind them and the sidecar's own word", async () => {
    assert.deepEqual(await run(), {
      schemaVersion: 1,
      run: "1-a",
      endpoint: "10.0.0.5:6379",
      timeout: "10s",
      observeMs: 14_000,
      effective: {
        idleTimeoutMs: 10_000,
        source: "configured",
        listener: "virtualOutbound",
        filterChain: "virtualOutbound-catchall-tcp",
        cluster: "PassthroughCluster",
      },
      targets: [
        {
          middleware: "tcp",
          endpoint: "10.0.0.5:6379",
          effective: {
            idleTimeoutMs: 10_000,
            source: "configured",
            listener: "virtualOutbound",
            filterChain: "virtualOutbound-catchall-tcp",
            cluster: "PassthroughCluster",
          },
        },
      ],
      istioVersion: "1.31-dev",
      envoyVersion: "1.40.0",
      samples: [
        {
          probe: "withSidecar",
          pod: "with-0",
          middleware: "tcp",
          mode: "silent",
          repetition: 1,
          connection: 1,
          host: "10.0.0.5",
          port: 6379,
          localPort: 54_176,
          localAddress: "10.244.0.28",
          remoteAddress: "10.0.0.5",
          connectedAt: "2026-01-02T03:04:05.678Z",
          heldMs: 10_001.6,
          end: "fin",
          proxy: {
            durationMs: 10_001,
            responseFlags: "-",
            closeReason: "tcp_session_idle_timeout",
            upstreamClose: "Normal",
            upstreamLocal: "10.244.0.28:54190",
            upstreamCluster: "PassthroughCluster",
          },
          notes: [],
        },
        {
          probe: "withoutSidecar",
          pod: "without-0",
          middleware: "tcp",
          mode: "silent",
          repetition: 1,
          connection: 1,
          host: "10.0.0.5",
          port: 6379,
          localPort: 40_000,
          localAddress: "10.244.0.28",
          remoteAddress: "10.0.0.5",
          connectedAt: "2026-01-02T03:04:05.678Z",
          heldMs: 14_000,
          end: "open",
          proxy: null,
          notes: [],
        },
      ],
      notes: [],
    });
    assert.deepEqual(cluster.reported, [
      `effective idle timeout for 10.0.0.5:6379: 10s ${EFFECTIVE}`,
      "with sidecar: open for 0 s, at most 14 s left",
      "without sidecar: open for 0 s, at most 14 s left",
      "with sidecar: closed after 10.002 s (FIN)",
      "without sidecar: open for >= 14 s (lower bound)",
    ]);
  });

  for (const [idle, watched] of [
    ["30s", "14s"],
    ["14s", "14s"],
    ["0s", "14s"],
  ] as const) {
    it(`says before the wait that ${watched} are too short to see ${idle}`, async () => {
      cluster.listeners = () => dump(virtualOutbound({ idle_timeout: idle }));
      await run({ timeout: idle });
      assert.match(
        cluster.reported[0] ?? "",
        new RegExp(
          `PassthroughCluster; watched for ${watched} only, so that "open" is a lower bound$`,
        ),
      );
    });
  }

  it("gives both probes the same spec, and asks each of them once until its end", async () => {
    await run();
    const spec = JSON.stringify(SPEC);
    assert.deepEqual(cluster.probes.withSidecar.asked, [
      ["start", spec],
      ["status", "1-a", "15000"],
    ]);
    assert.deepEqual(cluster.probes.withoutSidecar.asked, [
      ["check", '{"middleware":"tcp","host":"10.0.0.5","port":6379}'],
      ["start", spec],
      ["status", "1-a", "15000"],
      ["check", '{"middleware":"tcp","host":"10.0.0.5","port":6379}'],
    ]);
  });

  describe("the sidecar's count of idle timeouts", () => {
    beforeEach(() => {
      cluster.idleTimeouts = () => (cluster.clock.nowMs() < 10_000 ? 3 : 4);
    });

    it("is read before the connections stand and after the end", async () => {
      const { samples } = await run();
      assert.deepEqual(
        samples.map(({ idleTimeouts }) => idleTimeouts),
        [{ name: "tcp.PassthroughCluster.idle_timeout", before: 3, after: 4, due: 1 }, undefined],
      );
    });

    it("names the cause where the log is not asked for one", async () => {
      const record = await run({ evidence: false });
      assert.deepEqual(record.samples[0]?.proxy, null);
      const { cause, evidence } = runVerdict(record);
      assert.equal(cause, "idleTimeout");
      assert.ok(
        evidence.includes(
          "sidecar's count tcp.PassthroughCluster.idle_timeout: 3 before, 4 after, 1 ended in time",
        ),
      );
    });

    it("is not asked for again of a connection that was open to the last", async () => {
      cluster.probes.withSidecar.fate = {};
      const { samples } = await run();
      assert.ok(!samples.some((sample) => "idleTimeouts" in sample));
      assert.equal(cluster.commands.filter((command) => command.includes(" stats?")).length, 1);
    });

    it("is no proof of anything where the sidecar was started again after the connection's end", async () => {
      cluster.idleTimeouts = () => 0;
      void cluster.clock.sleep(9000).then(() => {
        const terminated = { finishedAt: "2026-01-02T03:05:00Z", reason: "Error", exitCode: 137 };
        const containerStatuses = [
          { name: "istio-proxy", restartCount: 1, lastState: { terminated } },
        ];
        cluster.pods[0] = cluster.pod("withSidecar", { status: { containerStatuses } });
      });
      cluster.log = () => "";
      const { samples } = await run();
      assert.ok(!samples.some((sample) => "idleTimeouts" in sample));
    });

    it("is gone without where it can't be read", async () => {
      cluster.failure = (command) => (command.includes(" stats?") ? "gone" : undefined);
      const record = await run();
      assert.ok(!record.samples.some((sample) => "idleTimeouts" in sample));
      assert.equal(runVerdict(record).cause, "idleTimeout");
    });
  });

  describe("an endpoint that is gone when the window is over", () => {
    const gone = { ok: false, error: "ECONNREFUSED 10.0.0.5:6379" };

    it("is told of, and nobody is blamed in its stead", async () => {
      const probe = cluster.probes.withoutSidecar;
      const there = probe.check;
      Object.defineProperty(probe, "check", {
        get: () => (cluster.clock.nowMs() < 14_000 ? there : gone),
      });
      const record = await run();
      assert.deepEqual(
        record.samples.map(({ unreachableAfter }) => unreachableAfter),
        [undefined, "ECONNREFUSED 10.0.0.5:6379"],
      );
      assert.equal(runVerdict(record).cause, "endpointGone");
    });

    it("is not told of where the pod can't be asked", async () => {
      cluster.failure = (command) =>
        command.includes("client.mjs check") && cluster.clock.nowMs() >= 14_000
          ? "gone"
          : undefined;
      const record = await run();
      assert.ok(!record.samples.some((sample) => "unreachableAfter" in sample));
      assert.equal(runVerdict(record).cause, "idleTimeout");
    });
  });

  it("takes an interrupted measurement up where it stands", async () => {
    await cluster.probes.withSidecar.run(["start", JSON.stringify(SPEC)]);
    await cluster.probes.withoutSidecar.run(["start", JSON.stringify(SPEC)]);
    await cluster.clock.sleep(12_000);
    const { samples } = await run();
    assert.deepEqual(
      samples.map(({ heldMs, end }) => ({ heldMs, end })),
      [
        { heldMs: 10_001.6, end: "fin" },
        { heldMs: 14_000, end: "open" },
      ],
    );
    assert.equal(cluster.clock.nowMs(), 14_000);
  });

  describe("pods", () => {
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
      await run();
      assert.equal(
        cluster.reported[0],
        "waiting: pod with-0 is not Ready (probe: ImagePullBackOff); no pod has the labels " +
          "app.kubernetes.io/name=probe,istio-idle-timeout/sidecar=false,istio-idle-timeout/run=1-a",
      );
    });

    it("that don't come end it after a minute", async () => {
      cluster.pods = cluster.pods.slice(0, 1);
      assert.equal(
        await refused(),
        "no pod has the labels app.kubernetes.io/name=probe,istio-idle-timeout/sidecar=false," +
          "istio-idle-timeout/run=1-a after 60 s",
      );
      assert.equal(cluster.clock.nowMs(), 60_000);
    });

    it("on their way out don't count", async () => {
      const metadata = { ...(cluster.pods[0]!.metadata as object), deletionTimestamp: "now" };
      cluster.pods.push(cluster.pod("withSidecar", { metadata: { ...metadata, name: "old-0" } }));
      assert.equal((await run()).samples[0]?.pod, "with-0");
    });

    it("must have a sidecar where they should", async () => {
      cluster.pods[0] = cluster.pod("withSidecar", { containers: ["probe"] });
      assert.equal(
        await refused(),
        "pod with-0 has no istio-proxy container: the sidecar was not injected; check that istiod runs " +
          "and that the namespace has the label istio-injection=enabled",
      );
    });

    it("may have it as an init container that goes on", async () => {
      const pod = cluster.pod("withSidecar", { containers: ["probe"] });
      pod.spec = { ...(pod.spec as object), initContainers: [{ name: "istio-proxy" }] };
      cluster.pods[0] = pod;
      assert.equal((await run()).samples[0]?.end, "fin");
    });

    it("must have none where they should not", async () => {
      cluster.pods[1] = cluster.pod("withoutSidecar", { containers: ["probe", "istio-proxy"] });
      assert.equal(
        await refused(),
        "pod without-0 has an istio-proxy container but is the one without a sidecar; " +
          "check its label sidecar.istio.io/inject=false",
      );
    });
  });

  describe("an endpoint", () => {
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
          await refused(),
          `endpoint 10.0.0.5:6379 can't be reached from pod without-0: ${hint} (${error}); ` +
            "start the server or correct the endpoint",
        );
        assert.equal(started(), false);
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
      const { effective, endpoint } = await run({
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
      await run({ targets: [{ middleware: "tcp", endpoint: { host: "redis.mesh", port: 6379 } }] });
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
      assert.deepEqual((await run()).samples[0]?.voidReasons, [
        "the sidecar's log has the connection going to 10.0.0.6:6379, not to 10.0.0.5:6379",
      ]);
    });

    it("is reached from one node or two, which the record says", async () => {
      const on = (kind: ProbeKind, nodeName: string) => {
        const pod = cluster.pod(kind);
        return { ...pod, spec: { ...(pod.spec as object), nodeName } };
      };
      cluster.pods = [on("withSidecar", "node-a"), on("withoutSidecar", "node-b")];
      const record = await run();
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
      assert.match(await refused(), /^pod with-0: the sidecar's listener virtualOutbound hands /);
      assert.equal(started(), false);
    });
  });

  describe("the sidecar's configuration", () => {
    it("is waited for", async () => {
      const atFirst = [
        () => "{}",
        () => dump(virtualOutbound({ idle_timeout: "30s" })),
        () => dump(virtualOutbound({ idle_timeout: "10s" }, { warming_state: {} })),
        () => dump(virtualOutbound({ idle_timeout: "10s", evidence: false })),
      ];
      const later = cluster.listeners;
      cluster.listeners = () => (atFirst.shift() ?? later)();
      assert.equal((await run()).effective.idleTimeoutMs, 10_000);
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
        await refused(),
        "the sidecar of pod with-0 is not configured as expected after 14 s: expected an idle timeout " +
          `of 10s, found 1h (Envoy's default) ${EFFECTIVE}; it rejected an update: ${error_state.details}`,
      );
      assert.equal(cluster.clock.nowMs(), 14_000);
      assert.equal(started(), false);
    });

    it("is named with what sets it before the wait, where that is known", async () => {
      cluster.filters = [idleFilter("idle-10s/idle-timeout", "10s")];
      await run();
      const line = `effective idle timeout for 10.0.0.5:6379: 10s ${EFFECTIVE}`;
      assert.equal(cluster.reported[0], `${line}, set by EnvoyFilter idle-10s/idle-timeout`);
    });

    it("is looked into before the connections stand, not beside them", async () => {
      cluster.filters = [idleFilter("idle-10s/idle-timeout", "10s")];
      await run();
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
        await refused(),
        "the sidecar of pod with-0 is not configured as expected after 14 s: expected an idle timeout of 10s, " +
          `found 30s ${EFFECTIVE}; the idle timeout that it applies is set by EnvoyFilter istio-system/mesh of ` +
          "the root namespace",
      );
    });

    it("without our access log is enough when no evidence is asked for", async () => {
      cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "10s", evidence: false }));
      const record = await run({ evidence: false });
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
        const record = await run({ timeout, observeMs: 120_000 });
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
      assert.equal((await run()).samples[0]?.end, "fin");
    });
  });

  describe("a policy that is not in the cluster", () => {
    beforeEach(() => {
      cluster.policies = [];
      cluster.probes.withSidecar.fate = {};
      cluster.listeners = () => dump(virtualOutbound());
    });

    it("is a finding: what the proxy applies is measured", async () => {
      const record = await run();
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
      assert.equal((await run()).effective.source, "envoy-default");
      assert.equal(
        cluster.reported[1],
        `waiting for the sidecar's configuration: it still applies 10s ${EFFECTIVE}`,
      );
    });

    it("may have something else in its place", async () => {
      cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "30s" }));
      assert.deepEqual((await run()).notes, [
        "EnvoyFilter idle-timeout is not in the cluster; the proxy applies 30s",
      ]);
    });

    it("is not assumed missing when the cluster refuses to say", async () => {
      cluster.failure = (command) =>
        command.startsWith("get envoyfilters") ? "Error from server (Forbidden): no" : undefined;
      assert.equal(
        await refused(),
        "kubectl get envoyfilters.networking.istio.io: Error from server (Forbidden): no",
      );
    });
  });

  describe("while the connections are held", () => {
    it("asks again when an exec gets lost", async () => {
      let losses = 3;
      cluster.failure = (command) =>
        command.includes("with-0") && command.includes("client.mjs status") && losses-- > 0
          ? "error dialing backend"
          : undefined;
      assert.equal((await run()).samples[0]?.heldMs, 10_001.6);
      assert.ok(
        cluster.reported.includes(
          "with sidecar: asking again (kubectl exec with-0: error dialing backend)",
        ),
      );
    });

    it("asks again when the API server is away altogether", async () => {
      cluster.failure = () =>
        cluster.clock.nowMs() > 0 && cluster.clock.nowMs() < 30_000 ? "refused" : undefined;
      void cluster.clock.sleep(1);
      assert.equal((await run()).samples[0]?.heldMs, 10_001.6);
    });

    it("gives up a minute after the window", async () => {
      cluster.failure = (command) =>
        /with-0 .*client.mjs status/.test(command) ? "error dialing backend" : undefined;
      assert.equal(await refused(), "pod with-0 can't be reached any more: error dialing backend");
      assert.equal(cluster.clock.nowMs(), 76_000);
    });

    /** A connection that was open when it was last asked for. */
    const lost = (reason: string, heldMs: number) => ({
      end: "open",
      heldMs,
      voidReasons: [reason],
    });

    function lostOf({ samples }: RunRecord, index: number) {
      const { end, heldMs, voidReasons } = samples[index]!;
      return { end, heldMs, voidReasons };
    }

    /** No question about this pod is answered any more from the second on. */
    function silence(pod: string, then: () => void): void {
      let asked = 0;
      cluster.failure = (command) => {
        if (!command.includes(`exec ${pod}`) || !command.includes("client.mjs status")) {
          return undefined;
        }
        if (asked++ === 0) {
          return undefined;
        }
        then();
        return "container not found";
      };
    }

    const gone: Record<string, { pod: () => Json | undefined; reason: string }> = {
      replaced: {
        pod: () => cluster.pod("withSidecar", { metadata: { uid: "another" } }),
        reason: "pod with-0 was deleted or replaced while it held connections",
      },
      "on its way out": {
        pod: () => cluster.pod("withSidecar", { metadata: { deletionTimestamp: "now" } }),
        reason: "pod with-0 was deleted or replaced while it held connections",
      },
      gone: {
        pod: () => undefined,
        reason: "pod with-0 was deleted or replaced while it held connections",
      },
      evicted: {
        pod: () =>
          cluster.pod("withSidecar", {
            status: { phase: "Failed", reason: "Evicted", message: "low on memory" },
          }),
        reason: "pod with-0 ended (Evicted: low on memory) while it held connections",
      },
    };
    for (const [what, { pod, reason }] of Object.entries(gone)) {
      it(`voids the sample of a pod that is ${what}, as a lower bound`, async () => {
        cluster.probes.withSidecar.fate = {};
        silence("with-0", () => {
          const found = pod();
          cluster.pods = [...(found ? [found] : []), cluster.pods.at(-1)!];
        });
        const record = await run({ observeMs: 40_000, evidence: false });
        assert.deepEqual(lostOf(record, 0), lost(reason, 25_000));
        assert.equal(record.samples[1]?.end, "open");
        assert.equal(record.samples[1].voidReasons, undefined);
        assert.equal(record.running, undefined);
      });
    }

    it("voids the sample of a probe that restarted", async () => {
      void cluster.clock.sleep(5000).then(() => {
        cluster.probes.withoutSidecar.answer = {
          state: "failed",
          error: "the probe restarted while the connection was held",
        };
      });
      const record = await run();
      assert.deepEqual(
        lostOf(record, 1),
        lost("the probe restarted while the connection was held", 0),
      );
      assert.equal(record.samples[0]?.end, "fin");
    });

    it("voids the sample of a probe whose records are gone", async () => {
      void cluster.clock.sleep(5000).then(() => {
        cluster.probes.withoutSidecar.answer = { state: "unknown" };
      });
      assert.deepEqual((await run()).samples[1]?.voidReasons, [
        "the probe does not know of the connection any more",
      ]);
    });

    it("ends when a probe can't connect although the endpoint could be reached before", async () => {
      const error = "ECONNREFUSED 10.0.0.5:6379";
      cluster.probes.withoutSidecar.answer = { state: "failed", error };
      assert.equal(await refused(), `nothing was measured in pod without-0: ${error}`);
    });

    it("ends when a probe never takes the request", async () => {
      cluster.failure = (command) =>
        command.includes("without-0") && command.includes("client.mjs start")
          ? "probe: the probe does not answer"
          : undefined;
      assert.equal(
        await refused(),
        "the probe in pod without-0 can't be started: kubectl exec without-0: probe: the probe does not answer",
      );
    });
  });

  describe("what is found", () => {
    it("waits for the sidecar's entry as long as its log takes", async () => {
      let asked = 0;
      cluster.log = () => (asked++ < 4 ? "\n" : `${evidenceLine()}\n`);
      assert.equal((await run()).samples[0]?.proxy?.durationMs, 10_001);
    });

    it("says so when the sidecar has no entry", async () => {
      cluster.log = () => `${evidenceLine({ source: "10.244.0.28:1" })}\n`;
      const record = await run();
      assert.equal(record.samples[0]?.proxy, null);
      assert.deepEqual(notesOf(record), [
        "the sidecar's access log has no entry of this connection, so its own duration and reason are unknown",
      ]);
      assert.equal(cluster.clock.nowMs(), 20_001.6);
    });

    it("says so when the sidecar's log can't be read", async () => {
      cluster.failure = (command) => (command.startsWith("logs") ? "refused" : undefined);
      assert.deepEqual(notesOf(await run()), [
        "the sidecar's access log could not be read (kubectl logs with-0: refused), " +
          "so its own duration and reason are unknown",
      ]);
    });

    it("says so when it can't tell whether the sidecar changed meanwhile", async () => {
      cluster.failure = (command) => (command.startsWith("get pod ") ? "refused" : undefined);
      assert.deepEqual(notesOf(await run()), [
        "whether the sidecar changed meanwhile is unknown: kubectl get pod: refused",
      ]);
    });

    it("says so when probe and sidecar disagree", async () => {
      cluster.log = () => evidenceLine({ duration_ms: 9951 });
      assert.deepEqual(notesOf(await run()), [
        "probe and sidecar differ by more than 50 ms: 10.002 s and 9.951 s",
      ]);
    });

    it("names a server that closes by itself on both sides", async () => {
      cluster.probes.withSidecar.fate = { closesAfterMs: 7001 };
      cluster.probes.withoutSidecar.fate = { closesAfterMs: 7000.2 };
      cluster.log = () => evidenceLine({ duration_ms: 7000, close_reason: null });
      const record = await run();
      assert.deepEqual(
        record.samples.map(({ heldMs, end, proxy }) => ({
          heldMs,
          end,
          reason: proxy?.closeReason,
        })),
        [
          { heldMs: 7001, end: "fin", reason: null },
          { heldMs: 7000.2, end: "fin", reason: undefined },
        ],
      );
      assert.equal(runVerdict(record).cause, "serverClosed");
    });

    it("names a sidecar that accepts what it can't reach", async () => {
      cluster.probes.withSidecar.fate = { closesAfterMs: 3.2 };
      cluster.log = () => evidenceLine({ duration_ms: 1, flags: "UF,URX", close_reason: "x" });
      assert.equal(runVerdict(await run()).cause, "unreachable");
    });

    it("names a drain", async () => {
      cluster.log = () => evidenceLine({ close_reason: "filter_chain_is_being_removed" });
      assert.equal(runVerdict(await run()).cause, "configDrain");
    });

    it("says so when an earlier attempt left one of the two connections", async () => {
      cluster.probes.withSidecar.fate.end = { connectedAt: "2026-01-02T03:03:25.678Z" };
      cluster.log = () => evidenceLine({ start: "2026-01-02T03:03:25.678Z" });
      const record = await run();
      assert.deepEqual(notesOf(record), []);
      assert.deepEqual(record.notes, [
        "the connections of the two pods were opened 40 s apart, not at the same time",
      ]);
    });

    it("wonders about a connection that outlives the idle timeout", async () => {
      cluster.probes.withSidecar.fate = {};
      assert.deepEqual(notesOf(await run()), [
        "the idle timeout of 10s passed and the connection was still open: does it go through the sidecar?",
      ]);
    });

    it("says from when on the connection was idle", async () => {
      cluster.probes.withSidecar.fate = { closesAfterMs: 13_000, end: { lastByteMs: 3000.5 } };
      cluster.log = () => evidenceLine({ duration_ms: 13_000 });
      assert.deepEqual(notesOf(await run()), [
        "data was sent until 3.001 s after connecting: the connection was idle only from then on",
      ]);
    });

    it("voids a sample whose filter chain changed meanwhile", async () => {
      void cluster.clock.sleep(5000).then(() => {
        cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "30s" }));
      });
      assert.deepEqual(voidReasonsOf(await run()), [
        "the filter chain was replaced while the connection was held",
      ]);
    });

    it("keeps a sample whose filter chain changed after its end", async () => {
      void cluster.clock.sleep(12_000).then(() => {
        cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "30s" }));
      });
      assert.equal(voidReasonsOf(await run()), undefined);
    });

    it("keeps a sample when the sidecar's answer is cut off afterwards", async () => {
      void cluster.clock.sleep(5000).then(() => {
        cluster.listeners = () => '{"configs": [';
      });
      assert.deepEqual(notesOf(await run()), [
        "whether the sidecar changed meanwhile is unknown: kubectl exec with-0: " +
          'incomplete answer "{\\"configs\\": ["',
      ]);
    });

    it("voids a sample whose sidecar restarted meanwhile", async () => {
      void cluster.clock.sleep(5000).then(() => {
        const containerStatuses = [{ name: "istio-proxy", restartCount: 1 }];
        cluster.pods[0] = cluster.pod("withSidecar", { status: { containerStatuses } });
      });
      assert.deepEqual(voidReasonsOf(await run()), [
        "the sidecar restarted while the connection was held",
      ]);
    });
  });
});
