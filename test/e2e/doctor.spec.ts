import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { Source } from "../../cli/doctor/sources/settings.ts";
import type { Finding } from "../../cli/doctor/findings/finding.ts";
import { doctorCommand } from "../../cli/doctor.ts";
import { call } from "../cli/command/call.ts";
import { mergeIntoOutboundTcpProxy } from "../../model/istio/envoyFilter.ts";
import { protobufDuration } from "../../model/duration.ts";
import { injectionAnnotations } from "../../model/istio/injection.ts";
import type { InjectionRequest } from "../../model/istio/injection.ts";
import { exec } from "../../lab/base/exec.ts";
import { NODE_IMAGE } from "../../lab/build/images.ts";
import { environment } from "../../lab/commands/lab.ts";
import { assertSeconds, kubectl, listenOutside, testLab } from "./support.ts";

const NAMESPACE = "doc-e2e";
const ROOT_NAMESPACE = "istio-system";
const ROOT_FILTER = "doc-e2e-mesh";
/** Label with a pod's name. */
const LABEL = "doc-e2e/pod";
/** Label of the pods that the filter in the root namespace selects, which no others have. */
const MESH_LABEL = "doc-e2e/mesh";
/** Longer than every timeout here. */
const WINDOW_MS = 8_000;

/** Connects, says nothing and prints for how many ms it was let, or null for the whole window. */
const HOLD = `
  const [host, port, windowMs] = process.argv.slice(1);
  const { performance } = require("node:perf_hooks");
  const socket = require("node:net").connect(Number(port), host, () => {
    const connectedMs = performance.now();
    const end = (heldMs) => { console.log(JSON.stringify(heldMs)); process.exit(); };
    socket.resume().on("end", () => end(performance.now() - connectedMs));
    setTimeout(end, Number(windowMs), null);
  });`;

/** The doctor's answer, as far as it is looked at here. */
interface Answer {
  way: string;
  idleTimeoutMs?: number;
  cluster?: string;
  setBy?: Source;
  reason?: string;
  findings: Finding[];
  unseen: string[];
}

/** A connection of one of the pods. */
interface Case {
  pod: string;
  to: "known" | "unknown" | "excluded";
  /** What the doctor has to say, in ms; undefined is past the sidecar. */
  idleTimeoutMs?: number;
  setBy?: Source;
}

const filterSource = (name: string, root?: { root: true }): Source => ({
  kind: "EnvoyFilter",
  namespace: root === undefined ? NAMESPACE : ROOT_NAMESPACE,
  name,
  ...root,
});

const CASES: Record<string, Case> = {
  passthrough: { pod: "plain", to: "unknown", idleTimeoutMs: 5_000, setBy: filterSource("plain") },
  "a ServiceEntry with a DestinationRule": {
    pod: "mixed",
    to: "known",
    idleTimeoutMs: 6_000,
    setBy: { kind: "DestinationRule", namespace: NAMESPACE, name: "known" },
  },
  "ISTIO_META_IDLE_TIMEOUT, beside a filter by portNumber that never matches": {
    pod: "mixed",
    to: "unknown",
    idleTimeoutMs: 4_000,
    setBy: {
      kind: "ISTIO_META_IDLE_TIMEOUT",
      value: "4s",
      from: "the pod's annotation proxy.istio.io/config",
    },
  },
  "an excluded port": { pod: "mixed", to: "excluded" },
  "a filter of the root namespace before one of the pod's own": {
    pod: "own-last",
    to: "unknown",
    idleTimeoutMs: 3_000,
    setBy: filterSource("own-last"),
  },
  "a filter of the root namespace after one of a lower priority": {
    pod: "root-last",
    to: "unknown",
    idleTimeoutMs: 7_000,
    setBy: filterSource(ROOT_FILTER, { root: true }),
  },
  "two filters with priorities": {
    pod: "priorities",
    to: "unknown",
    idleTimeoutMs: 4_500,
    setBy: filterSource("a-high"),
  },
};

describe("the doctor", () => {
  /** Accepts and says nothing, ever. */
  const servers = { known: silent(), unknown: silent(), excluded: silent() };
  const endpoints = { known: "", unknown: "", excluded: "" };
  const answers = new Map<string, Answer>();
  const measured = new Map<string, number | null>();

  before(async function () {
    this.timeout(180_000);
    for (const [name, server] of Object.entries(servers)) {
      endpoints[name as keyof typeof endpoints] = await listenOutside(server);
    }
    const portOf = (name: keyof typeof endpoints) => Number(endpoints[name].split(":")[1]);
    const [address = ""] = endpoints.known.split(":");
    await apply(
      namespace(),
      filter("plain", "plain", 5_000),
      filter("by-port", "mixed", 3_000, { port: portOf("unknown") }),
      filter("own-last", "own-last", 3_000),
      filter("root-last", "root-last", 3_000, { priority: -1 }),
      filter("a-high", "priorities", 4_500, { priority: 10 }),
      filter("b-low", "priorities", 3_000),
      rootFilter(7_000),
      serviceEntry(address, portOf("known")),
      destinationRule(6_000),
    );
    await apply(
      pod("plain"),
      pod("mixed", {
        proxyMetadata: { ISTIO_META_IDLE_TIMEOUT: "4s" },
        excludedPort: portOf("excluded"),
      }),
      ...["own-last", "root-last", "priorities"].map((name) => pod(name)),
    );
    const ready = ["--for=condition=Ready", "--timeout=120s", "--all", "pods"];
    await kubectl("wait", "--namespace", NAMESPACE, ...ready);
    // Everything is asked before anything is waited for.
    await Promise.all(
      Object.entries(CASES).map(async ([name, { pod, to }]) => {
        answers.set(name, await ask(pod, endpoints[to]));
      }),
    );
    await Promise.all(
      Object.entries(CASES).map(async ([name, { pod, to }]) => {
        measured.set(name, await hold(pod, endpoints[to]));
      }),
    );
  });

  after(async function () {
    this.timeout(120_000);
    Object.values(servers).forEach((server) => server.close());
    const gone = ["--ignore-not-found", "--timeout=90s"];
    await Promise.all([
      kubectl("delete", "envoyfilter", ROOT_FILTER, "--namespace", ROOT_NAMESPACE, ...gone),
      kubectl("delete", "namespace", NAMESPACE, ...gone),
    ]);
  });

  for (const [name, { idleTimeoutMs, setBy }] of Object.entries(CASES)) {
    it(`names what a measurement finds for ${name}`, () => {
      const answer = answers.get(name);
      assert.deepEqual(answer?.unseen, []);
      assert.equal(answer.idleTimeoutMs, idleTimeoutMs);
      assert.deepEqual(answer.setBy, setBy);
      const heldMs = measured.get(name);
      if (idleTimeoutMs === undefined) {
        assert.equal(heldMs, null);
      } else {
        assertSeconds((heldMs ?? NaN) / 1_000, idleTimeoutMs / 1_000);
      }
    });
  }

  it("says which filter never reaches the connection and why", () => {
    const { cluster, findings } = answers.get(
      "ISTIO_META_IDLE_TIMEOUT, beside a filter by portNumber that never matches",
    )!;
    assert.equal(cluster, "PassthroughCluster");
    const [, port] = endpoints.unknown.split(":");
    assert.deepEqual(
      findings.map(({ code, object, reason }) => `${code} ${object?.name ?? ""}: ${reason}`),
      [
        `IIT021 by-port: its idle_timeout 3s has no effect here: it is matched by portNumber ` +
          `${port}, which never reaches PassthroughCluster: the filter chain that carries the connection has ` +
          "no port of its own",
      ],
    );
  });

  it("says in which order filters are applied", () => {
    const problems = (name: string) => answers.get(name)?.findings.map(({ reason }) => reason);
    const order = "the idle timeout is set 2 times, in this order, and the last one wins: ";
    const root = `EnvoyFilter ${ROOT_NAMESPACE}/${ROOT_FILTER} of the root namespace (7s)`;
    assert.deepEqual(problems("a filter of the root namespace before one of the pod's own"), [
      `${order}${root}, EnvoyFilter ${NAMESPACE}/own-last (3s)`,
    ]);
    assert.deepEqual(problems("a filter of the root namespace after one of a lower priority"), [
      `${order}EnvoyFilter ${NAMESPACE}/root-last (3s), ${root}`,
    ]);
    assert.deepEqual(problems("two filters with priorities"), [
      `${order}EnvoyFilter ${NAMESPACE}/b-low (3s), EnvoyFilter ${NAMESPACE}/a-high (4.5s)`,
    ]);
  });

  it("says why a connection goes past the sidecar", () => {
    const { reason, way } = answers.get("an excluded port")!;
    const [, port] = endpoints.excluded.split(":");
    assert.equal(way, "past");
    assert.equal(reason, `traffic.sidecar.istio.io/excludeOutboundPorts is "${port}"`);
  });

  it("prints a table as a command", async () => {
    const args = ["--namespace", NAMESPACE, "pod/plain", "--endpoint", endpoints.unknown];
    const command = ["run", "--silent", "doctor", "--", ...args];
    const printed = await exec("npm", command, { env: environment(testLab()) });
    assert.match(printed, /^pod +doc-e2e\/plain\n/);
    assert.match(printed, /\nidle timeout +5s, set by EnvoyFilter doc-e2e\/plain\n/);
    assert.match(printed, /\ndrain time +45s after/);
  });
});

function silent() {
  return createServer((socket) => socket.on("error", () => undefined).resume());
}

async function ask(pod: string, endpoint: string): Promise<Answer> {
  const argv = ["--namespace", NAMESPACE, pod, "--endpoint", endpoint, "-o", "json"];
  const command = doctorCommand({
    kubectlFor:
      ({ namespace = "" }) =>
      (args) =>
        kubectl("--namespace", namespace, ...args),
  });
  const { code, out, err } = await call(command, "doctor", argv);
  assert.equal(code, 0, err);
  return JSON.parse(out) as Answer;
}

async function hold(pod: string, endpoint: string): Promise<number | null> {
  const [host = "", port = ""] = endpoint.split(":");
  const command = ["node", "-e", HOLD, host, port, String(WINDOW_MS)];
  const exec = ["exec", "--namespace", NAMESPACE, pod, "--container", "app", "--"];
  return JSON.parse(await kubectl(...exec, ...command)) as number | null;
}

async function apply(...items: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await exec("kubectl", ["apply", "--filename=-"], { env: environment(testLab()), input });
}

function object(apiVersion: string, kind: string, name: string) {
  return { apiVersion, kind, metadata: { name, namespace: NAMESPACE } };
}

function namespace(): object {
  const metadata = { name: NAMESPACE, labels: { "istio-injection": "enabled" } };
  return { apiVersion: "v1", kind: "Namespace", metadata };
}

function filter(
  name: string,
  pod: string,
  ms: number,
  { port, priority = 0 }: { port?: number; priority?: number } = {},
): object {
  const fields = { idle_timeout: protobufDuration(ms) };
  return {
    ...object("networking.istio.io/v1alpha3", "EnvoyFilter", name),
    spec: { priority, ...mergeIntoOutboundTcpProxy({ [LABEL]: pod }, fields, port) },
  };
}

/** In the root namespace it would hold for the whole mesh, but for its selector. */
function rootFilter(ms: number): object {
  const fields = { idle_timeout: protobufDuration(ms) };
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: ROOT_FILTER, namespace: ROOT_NAMESPACE },
    spec: mergeIntoOutboundTcpProxy({ [MESH_LABEL]: "true" }, fields),
  };
}

function serviceEntry(address: string, number: number): object {
  return {
    ...object("networking.istio.io/v1", "ServiceEntry", "known"),
    spec: {
      hosts: ["known.doc.example"],
      addresses: [address],
      ports: [{ number, name: "tcp", protocol: "TCP" }],
      resolution: "STATIC",
      endpoints: [{ address }],
      exportTo: ["."],
    },
  };
}

function destinationRule(ms: number): object {
  return {
    ...object("networking.istio.io/v1", "DestinationRule", "known"),
    spec: {
      host: "known.doc.example",
      exportTo: ["."],
      trafficPolicy: { connectionPool: { tcp: { idleTimeout: protobufDuration(ms) } } },
    },
  };
}

function pod(name: string, injection: InjectionRequest = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: { [LABEL]: name, [MESH_LABEL]: String(name.endsWith("-last")) },
      annotations: {
        "sidecar.istio.io/proxyCPU": "10m",
        "sidecar.istio.io/proxyMemory": "64Mi",
        ...injectionAnnotations([injection]),
      },
    },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: "app",
          image: NODE_IMAGE,
          command: ["node", "-e", "setInterval(() => undefined, 1e6)"],
          resources: { requests: { cpu: "10m", memory: "32Mi" } },
        },
      ],
    },
  };
}
