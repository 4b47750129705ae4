import assert from "node:assert/strict";
import type { MiddlewareKind } from "../../../app/probe/sample.ts";
import { MeasureError } from "../../../cli/cluster/world.ts";
import { measure } from "../../../cli/measure/run.ts";
import { compareRun, deviation } from "../../../report/comparison.ts";
import { summaryLines } from "../../../report/summary.ts";
import { runVerdict } from "../../../report/verdict.ts";
import { asked } from "../asked.ts";
import { FakeCluster } from "../fakeCluster.ts";
import { address, dump, dynamicListener, tcpProxy, virtualOutbound } from "../listeners.ts";

const EFFECTIVE =
  "effective idle timeout for 10.0.0.5:6379: 10s at listener 0.0.0.0_6379, filter chain PassthroughFilterChain, " +
  "cluster PassthroughCluster, from the client's first bytes on (tls_inspector)";
const NEVER =
  "the sidecar's listener 0.0.0.0_6379 waits without a limit for the client's first bytes (tls_inspector), and the " +
  "probe sends none to a tcp endpoint: its connections never reach 10.0.0.5:6379, and no idle timeout closes them; " +
  "declare the port as TCP in its Service or ServiceEntry";

/** A sidecar whose listener of the port waits for a ClientHello, because another host speaks TLS there. */
describe("a sidecar that waits for the client's first bytes", () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.log = () => "";
    cluster.listeners = () =>
      dump(
        dynamicListener({
          name: "0.0.0.0_6379",
          address: address("0.0.0.0", 6379),
          default_filter_chain: {
            name: "PassthroughFilterChain",
            filters: [tcpProxy({ idle_timeout: "10s" })],
          },
          listener_filters: [{ name: "envoy.filters.listener.tls_inspector" }],
          listener_filters_timeout: "0s",
        }),
        virtualOutbound({ idle_timeout: "10s" }),
      );
  });

  const request = (middleware: MiddlewareKind) =>
    asked("10s", { targets: [{ middleware, endpoint: { host: "10.0.0.5", port: 6379 } }] });

  it("is foreseen before the probes connect, where they say nothing", async () => {
    let reportedByStart: string[] | undefined;
    cluster.failure = (command) => {
      if (command.includes("client.mjs start")) {
        reportedByStart ??= [...cluster.reported];
      }
      return undefined;
    };
    const record = await measure(request("tcp"), cluster.world);
    assert.deepEqual(reportedByStart, [EFFECTIVE, NEVER]);
    assert.deepEqual(cluster.reported.filter((line) => line === NEVER).length, 1);
    assert.deepEqual(record.notes, [NEVER]);
  });

  it("is a finding of its own when the window is over, and not an overdue idle timeout", async () => {
    const record = await measure(request("tcp"), cluster.world);
    assert.equal(record.samples[0]?.end, "open");
    assert.deepEqual(record.samples[0].notes, []);
    assert.deepEqual(runVerdict(record), {
      cause: "notPassedOn",
      sentence:
        "The sidecar never passed the connection on: its listener waits without a limit for the client's first bytes " +
        "(tls_inspector), and this client sends none, so no idle timeout applies and the endpoint sees nothing.",
      evidence: [
        "with sidecar: open for >= 14 s (lower bound)",
        "effective idle timeout: 10s, from the client's first bytes on (tls_inspector)",
        "without sidecar: open for >= 14 s (lower bound)",
      ],
    });
    assert.ok(summaryLines(record).some((line) => line.startsWith("verdict: never passed on. ")));
  });

  it("is a deviation, whether the idle timeout lies in the window or beyond it", async () => {
    const record = await measure(request("tcp"), cluster.world);
    const sentence = /^the connection should have reached the endpoint: The sidecar never passed/;
    assert.match(deviation(compareRun("x", record), 10) ?? "", sentence);
    const short = { ...record, observeMs: 8000 };
    assert.match(deviation(compareRun("x", short), 10) ?? "", sentence);
  });

  it("says nothing of it to a client that speaks first", async () => {
    cluster.probes.withSidecar.fate = { end: { lastByteMs: 3 } };
    const record = await measure(request("redis"), cluster.world);
    assert.deepEqual(record.notes, []);
    assert.equal(runVerdict(record).cause, "stillOpen");
  });

  it("measures no server that speaks first: its greeting is never heard", async () => {
    await assert.rejects(measure(request("mysql"), cluster.world), (error: unknown) => {
      assert.ok(error instanceof MeasureError);
      assert.equal(
        error.message,
        "mysql at 10.0.0.5:6379 can't be measured: the sidecar's listener 0.0.0.0_6379 waits without a limit for the " +
          "client's first bytes (tls_inspector), while a mysql client waits for the server's; declare the port as " +
          "TCP in its Service or ServiceEntry",
      );
      return true;
    });
    assert.ok(!cluster.commands.some((command) => command.includes("client.mjs start")));
  });
});
