import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { DEFAULT_ENVOY, TESTED_ENVOYS } from "../../lab/build/envoys.ts";
import { environment } from "../../lab/commands/lab.ts";
import { addProxies } from "../../lab/commands/proxies.ts";
import { kubectl, testLab } from "./support.ts";
import { applyWatched, clientOf, NAMESPACE, openConnections, podOf } from "./watched.ts";
import { wayToCluster } from "./wayToCluster.ts";

const CLIENT = clientOf(DEFAULT_ENVOY);
const WATCH = ["--import", "tsx", "cli/main.ts", "watch", "-n", NAMESPACE];

interface PodWatch {
  pod: string;
  closes: { endpoint: string; cluster: string; openMs: number; connected: boolean }[];
  others: { end: string; count: number }[];
  notes: string[];
}

describe("watch", () => {
  before(async function () {
    this.timeout(900_000);
    await addProxies(testLab(), TESTED_ENVOYS);
    await applyWatched(TESTED_ENVOYS);
  });

  after(() => kubectl("delete", "namespace", NAMESPACE, "--wait=false"));

  /** Has the sidecar of a Deployment's pod do something. */
  const post = (path: string, deployment = CLIENT): Promise<string> =>
    kubectl(
      ...["exec", `--namespace=${NAMESPACE}`, `deployment/${deployment}`],
      ...["--container=istio-proxy", "--", "pilot-agent", "request", "POST", path],
    );

  async function level(deployment?: string): Promise<string | undefined> {
    return /^ *filter: (\w+)$/m.exec(await post("logging", deployment))?.[1];
  }

  /** Starts the command; `told` resolves when it has said something as often as asked, or has ended. */
  function start(args: string[], config = environment(testLab()).KUBECONFIG) {
    const child = spawn(process.execPath, [...WATCH, ...args], {
      env: { ...process.env, ...environment(testLab()), KUBECONFIG: config },
    });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.on("data", (text: Buffer) => out.push(text.toString()));
    child.stderr.on("data", (text: Buffer) => err.push(text.toString()));
    const ended = once(child, "close").then(([code]) => ({
      ...{ code: code as number | null, out: out.join(""), err: err.join("") },
    }));
    const told = async (what: string, times = 1): Promise<void> => {
      while (err.join("").split(what).length <= times) {
        const end = await Promise.race([ended, once(child.stderr, "data").then(() => undefined)]);
        assert.ok(end === undefined || err.join("").includes(what), end?.err);
      }
    };
    return { child, ended, told };
  }

  const BEGUN = "watching; its log level will be warning again";

  it("names 20 of 20 idle closes and none of 20 other ends, until Ctrl-C", async () => {
    const clients = TESTED_ENVOYS.map(clientOf);
    const aims = clients.map((client) => `deployment/${client}`);
    const { child, ended, told } = start([...aims, "--for", "1h", "-o", "json"]);
    await told(BEGUN, clients.length);
    const drainedMs = await openConnections(clients);
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    assert.equal(code, 0, err);
    assert.equal(drainedMs.length, 2 * clients.length);
    for (const ms of drainedMs) {
      assert.ok(ms >= 3000 && ms <= 12_000, `drained after ${ms} ms`);
    }
    const { pods } = JSON.parse(out) as { pods: PodWatch[] };
    assert.deepEqual(
      pods.map(({ pod }) => pod),
      (await Promise.all(clients.map(podOf))).sort(),
    );
    for (const { pod, closes, others, notes } of pods) {
      assert.equal(closes.length, 20, out);
      assert.equal(err.split(`${pod}: 20`).length, 21, "each close is told as it happens");
      for (const { endpoint, cluster, openMs, connected } of closes) {
        const passes = cluster === "PassthroughCluster";
        const host = passes ? /^10\.[\d.]+:7000$/ : /^server\.watched\.svc\.cluster\.local:7000$/;
        assert.match(endpoint, host);
        assert.ok(openMs >= 3990 && openMs <= 4500 && connected, `open for ${openMs} ms`);
      }
      const count = (end?: string): number =>
        others
          .filter((each) => end === undefined || each.end === end)
          .reduce((sum, each) => sum + each.count, 0);
      assert.deepEqual([count(), count("maxConnectionDuration"), notes], [20, 2, []], out);
    }
    for (const client of clients) {
      assert.equal(await level(client), "warning");
    }
  });

  it("leaves out what went to other endpoints than --endpoint", async () => {
    const { child, ended, told } = start([
      ...[`deployment/${CLIENT}`, "--for", "1h", "--endpoint", "server:7001", "-o", "json"],
    ]);
    await told(BEGUN);
    await openConnections([CLIENT]);
    child.kill("SIGTERM");
    const [{ closes, others, notes } = assert.fail()] = (
      JSON.parse((await ended).out) as { pods: PodWatch[] }
    ).pods;
    assert.deepEqual(closes, []);
    assert.deepEqual(others, [
      {
        cluster: "outbound|7001||server.watched.svc.cluster.local",
        endpoint: "server.watched.svc.cluster.local:7001",
        ...{ end: "applicationEnded", count: 3 },
      },
    ]);
    assert.deepEqual(notes, ["idle closes left out, to other endpoints: 20"]);
  });

  it("goes on with a sidecar that starts again, and says so", async () => {
    const { child, ended, told } = start([`deployment/${CLIENT}`, "--for", "1h", "-o", "json"]);
    await told(BEGUN);
    await post("quitquitquit");
    while ((await level().catch(() => "none")) !== "debug") {
      await pause(200);
    }
    await openConnections([CLIENT]);
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    assert.equal(code, 0, err);
    const [{ closes, notes } = assert.fail()] = (JSON.parse(out) as { pods: PodWatch[] }).pods;
    assert.equal(closes.length, 20, out);
    assert.deepEqual(notes, [
      "the sidecar was started again: what it wrote until its log level was raised again is missing",
    ]);
    assert.equal(await level(), "warning");
  });

  it("says in one line that a pod has no sidecar", async () => {
    const server = await podOf("server");
    const { code, err } = await start([server, "--for", "1s"]).ended;
    assert.equal(code, 1);
    assert.match(
      err,
      /^watch: pod server-\S+: it has no sidecar, the container istio-proxy; .*\n$/,
    );
  });

  it("restores by the next call the level that a killed one left", async () => {
    const { child, ended, told } = start([`deployment/${CLIENT}`, "--for", "1h"]);
    await told(BEGUN);
    child.kill("SIGKILL");
    await ended;
    assert.equal(await level(), "debug");
    const next = await start([`deployment/${CLIENT}`, "--for", "1s"]).ended;
    assert.equal(next.code, 0, next.err);
    assert.match(
      next.err,
      /an earlier watch had left its log level raised; it will be warning again/,
    );
    assert.equal(await level(), "warning");
  });

  it("restores the level when the cluster was away meanwhile", async () => {
    const way = await wayToCluster();
    const { child, ended, told } = start([`deployment/${CLIENT}`, "--for", "1h"], way.config);
    await told(BEGUN);
    await way.cut();
    await told("does not answer, trying again");
    await way.mend();
    await openConnections([CLIENT]);
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    assert.equal(code, 0, err);
    assert.match(out, /the log was interrupted and read on/);
    assert.equal(out.split("PassthroughCluster").length, 11, out);
    assert.equal(await level(), "warning");
    await way.cut();
  });

  it("says that it could not restore the level without the cluster, and the next call does", async () => {
    const way = await wayToCluster();
    const { child, ended, told } = start([`deployment/${CLIENT}`, "--for", "1h"], way.config);
    await told(BEGUN);
    await way.cut();
    child.kill("SIGINT");
    const { code, err } = await ended;
    assert.equal(code, 1);
    assert.match(
      err,
      /the log level of its sidecar is not restored: .*; the next watch restores it/,
    );
    assert.equal(await level(), "debug");
    assert.equal((await start([`deployment/${CLIENT}`, "--for", "1s"]).ended).code, 0);
    assert.equal(await level(), "warning");
  });
});
