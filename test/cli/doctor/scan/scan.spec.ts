import assert from "node:assert/strict";
import { KubectlError } from "../../../../cli/cluster/kubectl.ts";
import { Reader } from "../../../../cli/cluster/reader.ts";
import type { ListedPod } from "../../../../cli/doctor/scan/podGroups.ts";
import { renderScan } from "../../../../cli/doctor/scan/report.ts";
import { scan } from "../../../../cli/doctor/scan/scan.ts";
import type { Scan } from "../../../../cli/doctor/scan/scan.ts";
import { PLAIN } from "../../../../cli/sidecar/chainMatch.ts";
import { parseEndpoint } from "../../../../model/endpoint.ts";
import { dump, virtualOutbound } from "../../listeners.ts";
import { FORBIDDEN } from "../asking.ts";
import { FakeMesh, idleFilter } from "../fakeMesh.ts";
import { listed } from "./listed.ts";

describe("a scan", () => {
  let mesh = new FakeMesh();
  let reported: string[] = [];

  beforeEach(() => {
    mesh = new FakeMesh();
    reported = [];
  });

  const look = (pods: readonly ListedPod[], ...endpoints: string[]): Promise<Scan> => {
    const all = endpoints.length === 0 ? ["10.0.0.5:6379"] : endpoints;
    const questions = all.map((each) => ({ endpoint: parseEndpoint(each), client: PLAIN }));
    return scan(new Reader(mesh.kubectl), pods, questions, (line) => reported.push(line));
  };
  const count = (pattern: RegExp): number =>
    mesh.commands.filter((command) => pattern.test(command)).length;

  it("reads objects once, asks one of equal pods, and each once for all endpoints", async () => {
    const pods = [listed("shop/a", "web"), listed("shop/b", "web"), listed("bank/c", "api")];
    const { rows } = await look(pods, "10.0.0.5:6379", "10.0.0.6:3306");
    assert.deepEqual(
      rows.map(({ owner, pods: equal, asked, endpoint }) => [
        owner.name,
        equal,
        asked.join(),
        endpoint,
      ]),
      [
        ["api", 1, "c", "10.0.0.5:6379"],
        ["api", 1, "c", "10.0.0.6:3306"],
        ["web", 2, "a", "10.0.0.5:6379"],
        ["web", 2, "a", "10.0.0.6:3306"],
      ],
    );
    assert.equal(count(/^get envoyfilters.*--all-namespaces/), 1);
    assert.equal(count(/server_info$/), 2);
    assert.equal(count(/dynamic_listeners/), 2);
    assert.equal(count(/^exec b /), 0);
    assert.deepEqual(reported, ["asking 2 of 3 pods: equal pods of a workload are asked once"]);
  });

  it("asks four pods at a time, and tells of progress", async () => {
    let [now, most] = [0, 0];
    const { kubectl } = mesh;
    const slow = new Reader(async (args) => {
      const isPod = args.at(-1) === "server_info";
      now += Number(isPod);
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= Number(isPod);
      return kubectl(args);
    });
    const pods = Array.from({ length: 25 }, (_, n) => listed(`shop/p${n}`, undefined));
    const question = { endpoint: parseEndpoint("10.0.0.5:6379"), client: PLAIN };
    const { rows } = await scan(slow, pods, [question], (line) => reported.push(line));
    assert.equal(rows.length, 25);
    assert.equal(most, 4);
    assert.deepEqual(reported.slice(1), ["asked 10 of 25", "asked 20 of 25"]);
  });

  it("makes one row of pods that differ and say the same, and several of others", async () => {
    const pods = ["a", "b", "c"].map((name) => listed(`shop/${name}`, "web", { labels: { name } }));
    assert.deepEqual(
      (await look(pods)).rows.map(({ asked }) => asked),
      [["a", "b", "c"]],
    );
    mesh.filters = [idleFilter("shop/idle", "1h", { labels: { name: "b" } })];
    mesh.listeners = dump(virtualOutbound({ idle_timeout: "3600s" }));
    assert.deepEqual(
      (await look(pods)).rows.map(({ asked }) => asked),
      [["a", "c"], ["b"]],
    );
  });

  it("goes on where a pod can't be asked, and says why", async () => {
    mesh.failure = (command) => (command.startsWith("exec a ") ? FORBIDDEN : undefined);
    const { rows } = await look([
      listed("shop/a", undefined),
      listed("shop/b", undefined, { phase: "Pending" }),
      listed("shop/c", undefined),
    ]);
    assert.deepEqual(
      rows.map(({ answer }) => ("unknown" in answer ? answer.unknown : answer.way.kind)),
      [
        "its sidecar can't be asked: you may not exec into it; have an administrator apply docs/rbac.yaml and bind " +
          "its role istio-idle-timeout-doctor to you",
        "the pod is Pending",
        "sidecar",
      ],
    );
  });

  it("says of one pod why a host has no address, and asks about the others", async () => {
    const { rows } = await look([listed("shop/a", "web")], "cache.example.com:1", "10.0.0.5:1");
    assert.deepEqual(
      rows.map(({ answer }) => "unknown" in answer),
      [true, false],
    );
  });

  it("leaves out pods that have ended or are being deleted, and counts those without a sidecar", async () => {
    const leaving = listed("shop/d", "web");
    leaving.metadata.deletionTimestamp = "2026-01-02T00:00:00Z";
    const { rows, withoutSidecar } = await look([
      listed("shop/a", "plain", { sidecar: false }),
      listed("shop/b", "plain", { sidecar: false }),
      listed("shop/c", "job", { phase: "Succeeded" }),
      leaving,
    ]);
    assert.deepEqual(rows, []);
    assert.deepEqual(withoutSidecar, [
      { kind: "Deployment", namespace: "shop", name: "plain", pods: 2 },
    ]);
  });

  it("does not hide a defect", async () => {
    const broken = new Reader(() => Promise.reject(new TypeError("a defect")));
    const question = { endpoint: parseEndpoint("10.0.0.5:6379"), client: PLAIN };
    await assert.rejects(
      scan(broken, [listed("shop/a", "web")], [question], () => undefined),
      TypeError,
    );
  });

  it("is printed with every finding once, and what could not be looked at", async () => {
    mesh.failure = (command) => {
      if (command.startsWith("exec c ")) {
        throw new KubectlError([], "no");
      }
      return command.startsWith("get configmap") ? FORBIDDEN : undefined;
    };
    const odd = { annotations: { "traffic.sidecar.istio.io/excludeOutboundPorts": "6379" } };
    mesh.filters = [idleFilter("shop/far", "2h", { port: 6379 })];
    const pods = [
      listed("shop/a", "api"),
      listed("shop/b", "web"),
      listed("shop/c", "closed"),
      listed("shop/d", "past", odd),
      listed("shop/e", "plain", { sidecar: false }),
    ];
    assert.equal(
      renderScan(await look(pods)),
      `workload                pods  endpoint       idle timeout            why                                                      findings
----------------------  ----  -------------  ----------------------  -------------------------------------------------------  --------
deployment shop/api     1     10.0.0.5:6379  1h                      Envoy's default                                          IIT021
deployment shop/closed  1     10.0.0.5:6379  unknown                 its sidecar can't be asked: no
deployment shop/past    1     10.0.0.5:6379  none: past the sidecar  traffic.sidecar.istio.io/excludeOutboundPorts is "6379"
deployment shop/web     1     10.0.0.5:6379  1h                      Envoy's default                                          IIT021

Findings (docs/findings.md explains each code):
- IIT021 warning: EnvoyFilter shop/far: its idle_timeout 2h has no effect here: it is matched by portNumber 6379, which never reaches PassthroughCluster: the filter chain that carries the connection has no port of its own; take portNumber out of its match, or make the host known with a ServiceEntry and use a DestinationRule's connectionPool.tcp.idleTimeout (deployment shop/api, deployment shop/web)

Without a sidecar, so that no idle timeout of the mesh applies:
- deployment shop/plain

Not looked at:
- the mesh's settings, ConfigMap istio-system/istio (you may not look at it)
`,
    );
  });
});
