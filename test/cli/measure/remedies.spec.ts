import assert from "node:assert/strict";
import type { RunRecord } from "../../../model/record.ts";
import type { MeasureRequest } from "../../../model/requests.ts";
import { compareRun, comparisonRows, deviation } from "../../../report/comparison.ts";
import { measure } from "../../../cli/measure/run.ts";
import { summaryLines } from "../../../report/summary.ts";
import { runVerdict } from "../../../report/verdict.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { asked } from "../asked.ts";
import { evidenceLine, FakeCluster } from "../fakeCluster.ts";
import { address, dump, dynamicListener, tcpProxy, virtualOutbound } from "../listeners.ts";
import type { TcpProxyOptions } from "../listeners.ts";

const ASKED = asked("12s", { namespace: "idle-dev", observeMs: 16_000 });

const CLUSTER = "outbound|6379||endpoint.idle-dev.internal";
const KNOWN_AT = `at listener 10.0.0.5_6379, filter chain #0, cluster ${CLUSTER}`;

/** Listeners of a sidecar that knows the endpoint, at its address or, for a name, at every one. */
function known(tcp: TcpProxyOptions, ip = "10.0.0.5"): string {
  const listener = {
    name: `${ip}_6379`,
    address: address(ip, 6379),
    filter_chains: [{ filters: [tcpProxy({ cluster: CLUSTER, ...tcp })] }],
  };
  return dump(dynamicListener(listener), virtualOutbound());
}

describe("a remedy", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = new FakeCluster();
  });

  const run = (changes: Partial<MeasureRequest>): Promise<RunRecord> =>
    measure({ ...ASKED, ...changes }, cluster.world);

  /** The sidecar closes the connection after that time, for its idle timeout. */
  function closesAfter(ms: number): void {
    cluster.probes.withSidecar.fate = { closesAfterMs: ms };
    cluster.log = () => evidenceLine({ duration_ms: ms });
  }

  async function refused(changes: Partial<MeasureRequest>): Promise<string> {
    try {
      await run(changes);
    } catch (error) {
      assert.ok(error instanceof MeasureError, String(error));
      assert.doesNotMatch(error.message, /\n/);
      return error.message;
    }
    assert.fail("a record came about");
  }

  const cellsOf = (record: RunRecord): string[] =>
    comparisonRows(compareRun("x", record))[0]!.slice(3);

  it("is left out of the record where it is the default", async () => {
    cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "12s" }));
    const record = await run({});
    assert.equal("path" in record || "remedy" in record, false);
    assert.equal(summaryLines(record)[0], "endpoint 10.0.0.5:6379, timeout 12s, run 1-a");
  });

  it("by a rule is found at the listener of the endpoint alone", async () => {
    closesAfter(12_001);
    cluster.policies = ["connection-pool"];
    cluster.listeners = () => known({ idle_timeout: "12s" });
    const record = await run({
      path: "serviceEntry",
      remedy: "destinationRule",
      policy: "DestinationRule/connection-pool",
    });
    assert.equal(cluster.reported[0], `effective idle timeout for 10.0.0.5:6379: 12s ${KNOWN_AT}`);
    assert.ok(
      cluster.commands.includes(
        "get destinationrules.networking.istio.io connection-pool --output name",
      ),
    );
    assert.deepEqual(record.notes, []);
    assert.equal(runVerdict(record).cause, "idleTimeout");
    assert.deepEqual(cellsOf(record), [
      ...["12s (serviceEntry, destinationRule)", "12s", "12.001 s (FIN)", "open >= 16 s"],
      "idle timeout",
    ]);
    assert.equal(
      summaryLines(record)[0],
      "endpoint 10.0.0.5:6379, timeout 12s, path serviceEntry, remedy destinationRule, run 1-a",
    );
  });

  it("is found at the listener of a name's port on every address", async () => {
    closesAfter(12_001);
    const cluster_ = "outbound|6379||redis.example.com";
    cluster.listeners = () => known({ idle_timeout: "12s", cluster: cluster_ }, "0.0.0.0");
    const endpoint = { host: "redis.example.com", port: 6379 };
    const { effective } = await run({
      targets: [{ middleware: "tcp", endpoint }],
      path: "serviceEntry",
    });
    assert.deepEqual(effective, {
      idleTimeoutMs: 12_000,
      source: "configured",
      listener: "0.0.0.0_6379",
      filterChain: "#0",
      cluster: cluster_,
    });
  });

  it("that is not in the cluster is a finding, whichever kind it is", async () => {
    cluster.policies = [];
    cluster.listeners = () => known({});
    const { notes } = await run({
      path: "serviceEntry",
      remedy: "destinationRule",
      policy: "DestinationRule/connection-pool",
    });
    assert.deepEqual(notes, [
      "DestinationRule connection-pool is not in the cluster; the proxy applies its default of 1h",
    ]);
  });

  it("waits for the cluster of the stack's own ServiceEntry", async () => {
    const later = () => known({ idle_timeout: "12s" });
    const atFirst = [() => dump(virtualOutbound({ idle_timeout: "12s" }))];
    cluster.listeners = () => (atFirst.shift() ?? later)();
    await run({ path: "serviceEntry" });
    assert.equal(
      cluster.reported[0],
      `waiting for the sidecar's configuration: expected cluster ${CLUSTER}, found 12s at listener ` +
        "virtualOutbound, filter chain virtualOutbound-catchall-tcp, cluster PassthroughCluster; restore the " +
        "stack's ServiceEntry, or remove another one for the same address",
    );
  });

  it("is not taken for the stack's own where the mesh knew the endpoint before", async () => {
    cluster.listeners = () => known({ idle_timeout: "12s", cluster: "outbound|6379||theirs" });
    assert.match(
      await refused({ path: "serviceEntry" }),
      /is not configured as expected after 14 s: expected cluster .* cluster outbound\|6379\|\|theirs; restore/,
    );
    const { notes } = await run({});
    assert.deepEqual(notes, [
      "path passthrough: the mesh knows the endpoint all the same, as cluster outbound|6379||theirs of listener " +
        "10.0.0.5_6379",
    ]);
  });

  it("has no way out where the mesh lets nothing out", async () => {
    cluster.listeners = () =>
      dump(virtualOutbound({ idle_timeout: "12s", cluster: "BlackHoleCluster" }));
    assert.deepEqual((await run({})).notes, [
      "path passthrough: the mesh lets nothing out to hosts that it does not know (outboundTrafficPolicy " +
        "REGISTRY_ONLY); make the host known (path serviceEntry)",
    ]);
  });

  describe("by a filter with a port", () => {
    const remedy = "envoyFilterPort";
    const unreached =
      "remedy envoyFilterPort: an EnvoyFilter matched by port 6379 never reaches filter chain " +
      "virtualOutbound-catchall-tcp of listener virtualOutbound, which has no port and carries what goes to " +
      "PassthroughCluster; take the port out of the match (remedy envoyFilter), or make the host known " +
      "(path serviceEntry)";

    it("is measured where it reaches nothing, and what is wrong is said before the wait", async () => {
      cluster.listeners = () => dump(virtualOutbound());
      const record = await run({ remedy });
      assert.match(
        cluster.reported[0] ?? "",
        /: 1h \(Envoy's default\) at listener virtualOutbound/,
      );
      assert.equal(cluster.reported[1], unreached);
      assert.deepEqual(record.notes, [unreached]);
      assert.deepEqual(cellsOf(record), [
        ...["12s (envoyFilterPort)", "open", "open >= 16 s", "open >= 16 s", "still open"],
      ]);
      assert.equal(deviation(compareRun("x", record), 10), undefined);
    });

    it("is waited for where it reaches the listener", async () => {
      closesAfter(12_001);
      const atFirst = [() => known({})];
      cluster.listeners = () => (atFirst.shift() ?? (() => known({ idle_timeout: "12s" })))();
      const record = await run({ remedy, path: "serviceEntry" });
      assert.match(cluster.reported[0] ?? "", /expected an idle timeout of 12s, found 1h/);
      assert.deepEqual(record.notes, []);
      assert.equal(cellsOf(record)[1], "12s");
    });

    it("is no match for a passthrough chain that has the timeout from elsewhere", async () => {
      cluster.listeners = () => dump(virtualOutbound({ idle_timeout: "12s" }));
      assert.match(await refused({ remedy }), /expected an idle timeout of 1h, found 12s/);
    });
  });

  describe("by keep-alive", () => {
    const asked = { path: "serviceEntry", remedy: "tcpKeepalive" } as const;
    const note =
      "remedy tcpKeepalive: the sidecar's keep-alive probes towards the endpoint carry no data, so the " +
      "idle timeout goes on";

    it("is measured once the cluster probes, and said not to help", async () => {
      closesAfter(12_001);
      cluster.listeners = () => known({ idle_timeout: "12s" });
      const atFirst = [
        JSON.stringify({}),
        JSON.stringify({ configs: [{ cluster: { name: CLUSTER } }] }),
      ];
      const clusters = cluster.clusters;
      cluster.clusters = (name) => atFirst.shift() ?? clusters(name);
      const record = await run(asked);
      assert.deepEqual(cluster.reported.slice(0, 3), [
        `waiting for the sidecar's configuration: its cluster ${CLUSTER} sends no TCP keep-alive probes`,
        `effective idle timeout for 10.0.0.5:6379: 12s ${KNOWN_AT}`,
        note,
      ]);
      assert.deepEqual(record.notes, [note]);
      assert.equal(runVerdict(record).cause, "idleTimeout");
    });

    it("still lets Envoy's default close after an hour", async () => {
      closesAfter(3_600_001);
      cluster.listeners = () => known({});
      const record = await run({
        ...asked,
        timeout: "default",
        observeMs: 3_700_000,
      });
      assert.equal(cellsOf(record)[1], "1h");
      assert.equal(deviation(compareRun("x", record), 10), undefined);
    });

    it("has nothing to answer for where there is no timeout", async () => {
      cluster.listeners = () => known({ idle_timeout: "0s" });
      const record = await run({ ...asked, timeout: "off" });
      assert.deepEqual(record.notes, []);
    });
  });

  describe("past the sidecar", () => {
    const remedy = "excludeOutboundPorts";
    const exclude = (ports: string | undefined): void => {
      const annotations = { "traffic.sidecar.istio.io/excludeOutboundPorts": ports };
      cluster.pods[0] = cluster.pod("withSidecar", {
        metadata: { ...(cluster.pods[0]!.metadata as object), annotations },
      });
    };

    beforeEach(() => {
      exclude("6379");
      cluster.log = () => "\n";
    });

    it("needs no configuration, and has no word of the sidecar", async () => {
      const record = await run({ remedy });
      assert.deepEqual(cluster.reported.slice(0, 1), [
        "effective idle timeout for 10.0.0.5:6379: none, past the sidecar; watched for 16s only, so that " +
          '"open" is a lower bound',
      ]);
      assert.equal(
        cluster.commands.some((command) => command.includes("config_dump")),
        false,
      );
      assert.equal(record.effective.source, "bypassed");
      assert.deepEqual(record.notes, []);
      const [subject] = record.samples;
      assert.deepEqual(subject?.notes, []);
      assert.equal(subject.voidReasons, undefined);
      assert.deepEqual(cellsOf(record), [
        ...["12s (excludeOutboundPorts)", "open", "open >= 16 s", "open >= 16 s", "still open"],
      ]);
      assert.equal(deviation(compareRun("x", record), 10), undefined);
      assert.equal(summaryLines(record)[1], "effective idle timeout: none, past the sidecar");
    });

    it("is closed by the server, which nobody has to say", async () => {
      for (const probe of Object.values(cluster.probes)) {
        probe.fate = { closesAfterMs: 7000 };
      }
      const record = await run({ remedy });
      assert.equal(runVerdict(record).cause, "serverClosed");
      assert.deepEqual(record.samples[0]?.notes, []);
    });

    it("is void where the sidecar logged the connection all the same", async () => {
      closesAfter(12_001);
      const record = await run({ remedy });
      assert.deepEqual(record.samples[0]?.voidReasons, [
        "the connection went through the sidecar, which logged it, although its port is excluded",
      ]);
      assert.equal(runVerdict(record).cause, "void");
    });

    it("is not proved where the log can't tell", async () => {
      const unproved = "whether the connection really went past the sidecar is unknown: ";
      const { samples } = await run({ remedy, evidence: false });
      assert.deepEqual(samples[0]?.notes, [`${unproved}evidence is false`]);
    });

    it("is not proved where the log can't be read", async () => {
      cluster.failure = (command) => (command.startsWith("logs") ? "refused" : undefined);
      const { samples } = await run({ remedy });
      assert.deepEqual(samples[0]?.notes, [
        "whether the connection really went past the sidecar is unknown: kubectl logs with-0: refused",
      ]);
    });

    it("needs a pod that excludes the very port", async () => {
      for (const [ports, shown] of [
        [undefined, ""],
        ["63790,637", "63790,637"],
      ] as const) {
        exclude(ports);
        assert.equal(
          await refused({ remedy }),
          "pod with-0 does not exclude port 6379 from its sidecar: its annotation " +
            `traffic.sidecar.istio.io/excludeOutboundPorts is "${shown}"; run pulumi up again`,
        );
      }
      exclude("80, 6379");
      assert.equal((await run({ remedy })).effective.source, "bypassed");
    });
  });
});
