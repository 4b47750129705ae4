import assert from "node:assert/strict";
import type { RunRecord } from "../../model/record.ts";
import { runVerdict } from "../../report/verdict.ts";
import type { Cause, Verdict } from "../../report/verdict.ts";
import { mergeIntoOutboundTcpProxy } from "../../model/istio/envoyFilter.ts";
import { probeLabels } from "../../model/istio/labels.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import { OutsideRedis } from "./outsideRedis.ts";
import { OutsideServer } from "./outsideServer.ts";
import type { Doing } from "./outsideServer.ts";
import { PacketFilter } from "./packetFilter.ts";
import { ProbePair, probeTemplate } from "./probePair.ts";
import type { PairOptions } from "./probePair.ts";
import { devStack, pulumiUp, record, sampleOf, testLab } from "./support.ts";

/** Something that ends connections, and what has to be said of it. */
interface Case extends Omit<PairOptions, "name" | "endpoint"> {
  /** Where the pods connect to; the server may close or reset by itself. */
  endpoint: () => Promise<string>;
  /** Done before anything connects. */
  prepare?: (pair: ProbePair, port: string) => Promise<unknown>;
  /** Done as soon as both connections stand. */
  inflict?: (pair: ProbePair, port: string) => Promise<unknown>;
  cause: Cause;
  sentence: RegExp;
  /** When each connection ends, in s; null is not before the window does. */
  ends: { withSidecar: number | null; withoutSidecar: number | null };
  /** By how much an end may come later, in s. @default 1 */
  lateness?: number;
}

const CLEANUP: (() => Promise<unknown>)[] = [];
let packets: PacketFilter;

/** A server outside the cluster; silent unless told otherwise. */
const server = (doing?: Doing) => async (): Promise<string> => (await startServer(doing)).endpoint;

async function startServer(doing?: Doing): Promise<OutsideServer> {
  const started = await OutsideServer.start(doing);
  CLEANUP.push(() => started.kill());
  return started;
}

let killed: OutsideServer;

const redis: Record<string, OutsideRedis> = {};
const redisWith =
  (name: string, ...args: string[]) =>
  async (): Promise<string> => {
    const made = await OutsideRedis.run(`causes-${name}`, args);
    CLEANUP.push(() => made.remove());
    redis[name] = made;
    return made.endpoint;
  };

const treat = (how: "drop" | "reset") => (_pair: ProbePair, port: string) =>
  packets.treat(how, port);
const treatSubject = (how: "drop" | "reset") => async (pair: ProbePair, port: string) =>
  packets.treat(how, port, await pair.address());

const CASES: Record<string, Case> = {
  "a server that resets": {
    ...{ endpoint: server({ afterMs: 5_000, act: "resetAndDestroy" }) },
    ...{ timeout: "20s", observe: "9s" },
    cause: "serverReset",
    sentence: /reset the connection \(RemoteReset\), not the sidecar/,
    ends: { withSidecar: 5, withoutSidecar: 5 },
  },
  "a server process that is killed": {
    ...{
      endpoint: async () => (killed = await startServer()).endpoint,
      timeout: "1m",
      observe: "30s",
    },
    inflict: () => killed.kill(),
    cause: "endpointGone",
    sentence: /closed the connection \(Normal\).* any more: nothing listens there \(ECONNREFUSED/,
    ends: { withSidecar: 0, withoutSidecar: 0 },
    lateness: 25,
  },
  "a container that is killed": {
    ...{ endpoint: redisWith("killed"), timeout: "1m", observe: "30s" },
    inflict: () => redis.killed!.kill(),
    cause: "endpointGone",
    sentence: /The endpoint can't be reached any more: /,
    ends: { withSidecar: 0, withoutSidecar: 0 },
    lateness: 25,
  },
  "a Redis with a shorter timeout of its own": {
    ...{ endpoint: redisWith("limited", "--timeout", "6"), timeout: "20s", observe: "12s" },
    middleware: "redis",
    cause: "serverLimit",
    sentence: /\(Normal\) by its own limit on idle connections, timeout of 6s, not the sidecar/,
    ends: { withSidecar: 6, withoutSidecar: 6 },
    lateness: 1.5,
  },
  "packets that are dropped, which nobody notices before the idle timeout": {
    ...{ endpoint: server(), timeout: "8s", observe: "12s" },
    inflict: treat("drop"),
    cause: "endpointGone",
    sentence: /idle timeout of 8s\. .* any more: nothing answers there.*may have been dead before/,
    ends: { withSidecar: 8, withoutSidecar: null },
  },
  "packets that are dropped, which nobody notices at all": {
    ...{ endpoint: server(), timeout: "60s", observe: "8s" },
    inflict: treat("drop"),
    cause: "endpointGone",
    sentence: /still open .* any more: nothing answers there.*nobody has noticed/,
    ends: { withSidecar: null, withoutSidecar: null },
  },
  "packets that are dropped under the sidecar's keep-alive": {
    ...{ endpoint: server(), timeout: "60s", observe: "40s", keepalive: true },
    inflict: treat("drop"),
    cause: "endpointGone",
    sentence: /not the sidecar\. The endpoint can't be reached any more: nothing answers there/,
    // Nine probes of one second each.
    ends: { withSidecar: 10, withoutSidecar: null },
    lateness: 25,
  },
  "packets that are rejected under the sidecar's keep-alive": {
    ...{ endpoint: server(), timeout: "60s", observe: "30s", keepalive: true },
    inflict: treat("reset"),
    cause: "endpointGone",
    sentence:
      /reset the connection \(RemoteReset\), not the sidecar\. .* any more: nothing listens/,
    ends: { withSidecar: 1, withoutSidecar: null },
    lateness: 25,
  },
  "packets of the sidecar alone that are dropped from the first on": {
    ...{ endpoint: server(), timeout: "6s", observe: "9s" },
    prepare: treatSubject("drop"),
    cause: "unreachable",
    sentence: /had not reached the endpoint yet when it closed it \(tcp_session_idle_timeout\)/,
    ends: { withSidecar: 6, withoutSidecar: null },
  },
  "packets of the sidecar alone that are rejected": {
    ...{ endpoint: server(), timeout: "20s", observe: "5s" },
    prepare: treatSubject("reset"),
    cause: "unreachable",
    sentence: /could not reach the endpoint \(UF,URX\)/,
    ends: { withSidecar: 0, withoutSidecar: null },
  },
  "a limit on the connection's whole life": {
    ...{ endpoint: server(), timeout: "20s", observe: "10s" },
    filters: {
      life: mergeIntoOutboundTcpProxy(probeLabels(true), {
        max_downstream_connection_duration: "7s",
      }),
    },
    cause: "maxConnectionDuration",
    sentence: /its greatest duration/,
    ends: { withSidecar: 7, withoutSidecar: null },
  },
  "a filter that is changed before the idle timeout": {
    ...{ endpoint: server(), timeout: "30s", observe: "34s" },
    inflict: (pair) => pair.setIdleTimeout("40s"),
    cause: "void",
    sentence: /the filter chain was replaced while the connection was held/,
    ends: { withSidecar: 30, withoutSidecar: null },
  },
  "a filter that is changed long before it": {
    ...{ endpoint: server(), timeout: "2m", observe: "75s" },
    inflict: (pair) => pair.setIdleTimeout("3m"),
    cause: "configDrain",
    sentence: /its configuration changed/,
    // After the drain time, which begins with the change.
    ends: { withSidecar: 45, withoutSidecar: null },
    lateness: 29,
  },
  "a probe that is restarted": {
    ...{ endpoint: server(), timeout: "1m", observe: "30s" },
    inflict: (pair) => pair.exec("with-sidecar", "node", "-e", "process.kill(1)"),
    cause: "void",
    sentence: /the probe restarted while it held connections/,
    ends: { withSidecar: null, withoutSidecar: null },
  },
  "a server that closes without a sidecar too, after its idle timeout": {
    ...{ endpoint: server({ afterMs: 10_000, act: "end" }), timeout: "6s", observe: "14s" },
    cause: "droppedWithoutSidecarToo",
    sentence: /something other than the sidecar ends connections to this endpoint/,
    ends: { withSidecar: 6, withoutSidecar: 10 },
  },
};

/** Matches no version, so that the lab's sidecars are taken for such as know no close reasons. */
const ALL_SILENT = { telling: "^$", silent: "." };

/** The idle timeout itself, where the log does not tell. */
const COUNTED: Record<string, Case> = {
  "a sidecar that knows no close reasons": {
    ...{ endpoint: server(), timeout: "6s", observe: "9s", evidence: ALL_SILENT },
    cause: "idleTimeout",
    sentence: /^According to the sidecar's counter, its idle timeout of 6s/,
    ends: { withSidecar: 6, withoutSidecar: null },
    lateness: 0.1,
  },
  "a server that closes before such a sidecar": {
    ...{ endpoint: server({ afterMs: 5_000, act: "end" }), timeout: "20s", observe: "9s" },
    evidence: ALL_SILENT,
    cause: "serverClosed",
    sentence: /closed the connection, not the sidecar/,
    ends: { withSidecar: 5, withoutSidecar: 5 },
  },
};

describe("what ends a connection", () => {
  const found = new Map<string, RunRecord>();
  let stack: LabStack;

  before(async function () {
    this.timeout(300_000);
    packets = await PacketFilter.inLab(testLab(), "IDLE-TIMEOUT-CAUSES");
    CLEANUP.push(() => packets.remove());
    const endpoint = await server({ afterMs: 7_000, act: "end" })();
    stack = await devStack("causes", { endpoint, timeout: "20s", observe: "12s" });
    CLEANUP.push(() => stack.remove());
    const up = pulumiUp(stack);
    const template = await probeTemplate("istio-idle-timeout-causes");
    await Promise.all([
      up,
      ...Object.entries({ ...CASES, ...COUNTED }).map(async ([title, each], place) => {
        const [address, port = ""] = (await each.endpoint()).split(":");
        const pair = await ProbePair.create(template, {
          ...each,
          ...{ name: `causes-${place}`, endpoint: `${address}:${port}` },
        });
        CLEANUP.push(() => pair.remove());
        await each.prepare?.(pair, port);
        await pair.ready();
        found.set(title, await pair.measure(() => each.inflict?.(pair, port)));
      }),
    ]);
  });

  after(async function () {
    this.timeout(180_000);
    const ended = await Promise.allSettled(CLEANUP.map((clean) => clean()));
    const failed = ended.flatMap((one) => (one.status === "rejected" ? [one.reason as Error] : []));
    assert.deepEqual(failed, []);
  });

  it("is a server that closes after 7 s, as a stack exports it, and no idle timeout", async () => {
    const run = await record(stack);
    assertEnds(run, { withSidecar: 7, withoutSidecar: 7 }, 1);
    const { summary, verdict } = await stack.outputs();
    const { cause, sentence } = verdict as Verdict;
    assert.equal(cause, "serverClosed");
    assert.match(sentence, /closed the connection \(Normal\), not the sidecar/);
    assert.doesNotMatch(summary as string, /tcp_session_idle_timeout/);
  });

  for (const title of Object.keys(CASES)) {
    it(`is ${title}, and no idle timeout`, () => {
      check(title, CASES[title]!);
    });
  }

  for (const title of Object.keys(COUNTED)) {
    it(`is told by its count of ${title}`, () => {
      check(title, COUNTED[title]!);
      const { idleTimeouts, proxy } = sampleOf(found.get(title)!, "withSidecar");
      const closed = COUNTED[title]!.cause === "idleTimeout" ? 1 : 0;
      const name = "tcp.PassthroughCluster.idle_timeout";
      assert.deepEqual(idleTimeouts, { name, before: 0, after: closed, due: closed });
      assert.ok(proxy && !("closeReason" in proxy));
    });
  }

  function check(title: string, { cause, ends, lateness = 1, sentence }: Case): void {
    const run = found.get(title)!;
    const verdict = runVerdict(run);
    assert.equal(verdict.cause, cause, JSON.stringify(verdict, undefined, 1));
    assert.match(verdict.sentence, sentence);
    assertEnds(run, ends, lateness);
  }
});

/** On a busy node a probe hears late of its connection's beginning, and so counts less. */
const EARLY_SECONDS = 0.5;

function assertEnds(run: RunRecord, ends: Case["ends"], lateness: number): void {
  for (const probe of ["withSidecar", "withoutSidecar"] as const) {
    const { end, heldMs } = sampleOf(run, probe);
    const expected = ends[probe];
    if (expected === null) {
      assert.equal(end, "open", probe);
    } else {
      assert.notEqual(end, "open", probe);
      const [seconds, late] = [heldMs / 1_000, `${probe} ended after ${heldMs} ms`];
      assert.ok(seconds >= expected - EARLY_SECONDS && seconds <= expected + lateness, late);
    }
  }
}
