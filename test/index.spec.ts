import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { EffectiveTimeout, RunRecord } from "../model/record.ts";
import { declare, only, UNKNOWN, valueOf } from "./mocks.ts";
import type { TestResult } from "../report/testResults.ts";
import { stackConfig } from "./stackConfig.ts";
import type { Inputs, MockOptions, Outputs, Registered } from "./mocks.ts";

const effective: EffectiveTimeout = {
  idleTimeoutMs: 10_000,
  source: "configured",
  listener: "virtualOutbound",
  filterChain: "virtualOutbound-catchall-tcp",
  cluster: "PassthroughCluster",
};

const record: RunRecord = {
  schemaVersion: 1,
  run: "0123456789",
  endpoint: "192.0.2.1:49153",
  timeout: "10s",
  observeMs: 14_000,
  effective,
  targets: [{ middleware: "redis", endpoint: "192.0.2.1:49153", effective }],
  istioVersion: "1.31",
  envoyVersion: "1.40.0",
  samples: [
    sample("withSidecar", { heldMs: 10_001.234, end: "fin" }),
    sample("withoutSidecar", { heldMs: 14_000.5, end: "open" }),
  ],
  notes: [],
};

function sample(
  probe: "withSidecar" | "withoutSidecar",
  found: { heldMs: number; end: "fin" | "open" },
): RunRecord["samples"][number] {
  return {
    probe,
    pod: "probe",
    ...{ middleware: "redis", mode: "silent", repetition: 1, connection: 1 },
    host: "192.0.2.1",
    port: 49_153,
    localPort: 40_000,
    localAddress: "10.244.0.28",
    remoteAddress: "192.0.2.1",
    connectedAt: "2026-01-02T03:04:05.678Z",
    proxy: null,
    notes: [],
    ...found,
  };
}

/** Known in a preview too. */
const stash: Outputs = { "pulumi:index:Stash": ({ input }) => ({ output: input }) };

const outputs: Outputs = {
  "docker:index/image:Image": () => ({ repoDigest: "localhost:5000/probe@sha256:0" }),
  "docker:index/container:Container": () => ({ ports: [{ internal: 6379, external: 49_153 }] }),
  "command:local:Command": () => ({ stdout: JSON.stringify(record) }),
  ...stash,
};

/** What the questions are answered that the program asks by running something. */
const answers = (command: unknown) => ({
  stdout: String(command).includes("cli/preflight.ts") ? '{"problems":[]}' : '{"state":"attended"}',
});

const functions = {
  "command:local:run": ({ command }: Inputs) => answers(command),
};

const load = createRequire(__filename);
const PROGRAM = load.resolve("../index.ts");

/** Runs the program, which is a module: it has to be loaded afresh each time. */
function run(change: Record<string, string>, options: MockOptions = {}) {
  return declare(() => loadProgram(change), { outputs, functions, ...options });
}

function loadProgram(change: Record<string, string>): typeof import("../index.ts") {
  const config = Object.entries({ ...stackConfig(), ...change }).map(([key, value]) => [
    `istio-idle-timeout:${key}`,
    value,
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(config) as Record<string, string>, [
    "istio-idle-timeout:mysqlPassword",
  ]);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the cache is no Map
  delete load.cache[PROGRAM];
  return load(PROGRAM) as typeof import("../index.ts");
}

/** What is in the one Secret, which the engine is told to keep as one. */
function credentialsIn(resources: Registered[]): unknown {
  const { stringData } = only(resources, "kubernetes:core/v1:Secret").inputs;
  assert.deepEqual(Object.keys(stringData), ["secret"]);
  const [text] = Object.values(stringData.secret as Record<string, string>);
  return JSON.parse(text ?? "");
}

const namesOf = (resources: Registered[]) => resources.map(({ name }) => name);

describe("the program", () => {
  it("declares one stack's experiment", async () => {
    const { resources } = await run({});
    assert.deepEqual(namesOf(resources), [
      "cluster",
      "connection",
      "connection-measurement-36df0bc1aa",
      "credentials",
      "credentials-secret",
      "docker-daemon",
      "evidence",
      "evidence-filter",
      "idle-timeout",
      "idle-timeout-filter",
      "mesh",
      "mesh-namespace",
      "owner",
      "owner-id",
      "probe",
      "probe-image",
      "redis",
      "redis-container",
      "redis-image",
      "redis-leftovers",
      "redis-only",
      "redis-password",
      "with-sidecar",
      "with-sidecar-deployment",
      "without-sidecar",
      "without-sidecar-deployment",
    ]);
  });

  it("hands its own providers to what is in the cluster and in Docker, and only there", async () => {
    const { resources } = await run({});
    for (const { type, name, provider } of resources) {
      const expected = { kubernetes: "cluster", docker: "docker-daemon" }[type.split(":")[0] ?? ""];
      assert.equal(provider, expected, name);
    }
  });

  it("has every object in the cluster applied by one manager in every update", async () => {
    const { resources } = await run({ path: "serviceEntry", drivers: "go-redis" });
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.deepEqual(
      objects.map(({ name, inputs }) => [
        name,
        inputs.metadata.annotations["pulumi.com/patchFieldManager"],
      ]),
      [
        "credentials-secret",
        "drivers-config",
        "drivers-with-sidecar-deployment",
        "drivers-without-sidecar-deployment",
        "endpoint-entry",
        "evidence-filter",
        "idle-timeout-filter",
        "mesh-namespace",
        "with-sidecar-deployment",
        "without-sidecar-deployment",
      ].map((name) => [name, "istio-idle-timeout"]),
    );
  });

  it("names every child after its component", async () => {
    const { resources } = await run({});
    for (const { name, path } of resources.filter((resource) => resource.path.includes("$"))) {
      const component = path.slice(0, path.lastIndexOf("$"));
      const parents = resources.filter((resource) => resource.path === component);
      assert.ok(
        parents.some((parent) => name.startsWith(`${parent.name}-`)),
        name,
      );
    }
  });

  it("runs every kind of middleware that is asked for, and gives the probes what they log in with", async () => {
    const { resources } = await run({ middleware: "redis,mysql,memcached" });
    assert.deepEqual(
      namesOf(resources).filter((name) => name.endsWith("-container")),
      ["memcached-container", "mysql-container", "redis-container"],
    );
    const { create } = only(resources, "command:local:Command", "connection-measurement").inputs;
    assert.match(
      String(create),
      /"middleware":"redis".*"middleware":"mysql".*"middleware":"memcached"/,
    );
    const password = JSON.stringify(record);
    assert.deepEqual(credentialsIn(resources), {
      redis: { password },
      mysql: { username: "probe", password },
      memcached: {},
    });
    assert.doesNotMatch(String(create), new RegExp(password.slice(0, 20)));
  });

  it("hands the credentials of an endpoint to the probes alone", async () => {
    const { resources } = await run({
      ...{ endpoint: "db.example.com:3306", middleware: "mysql", externalHost: "" },
      ...{ mysqlUsername: "probe", mysqlPassword: "correct horse" },
    });
    assert.deepEqual(credentialsIn(resources), {
      mysql: { username: "probe", password: "correct horse" },
    });
    const others = resources.filter(({ type }) => type !== "kubernetes:core/v1:Secret");
    assert.doesNotMatch(JSON.stringify(others), /correct horse/);
  });

  it("keeps everything in a namespace and a container that carry the stack", async () => {
    const { resources } = await run({}, { stack: "30s" });
    const { metadata } = only(resources, "kubernetes:core/v1:Namespace").inputs;
    assert.equal(metadata.name, "istio-idle-timeout-30s");
    const namespaced = resources.filter(({ type }) => /EnvoyFilter|Deployment/.test(type));
    assert.deepEqual(
      namespaced.map(({ inputs }) => inputs.metadata.namespace),
      Array(4).fill("istio-idle-timeout-30s"),
    );
    const container = only(resources, "docker:index/container:Container");
    assert.match(container.inputs.name, /^istio-idle-timeout-30s-redis-[0-9a-f]{6}$/);
  });

  it("labels the pods with the run that the measurement asks for", async () => {
    const { resources } = await run({ timeout: "30s", run: "2" });
    const { name, inputs } = only(resources, "command:local:Command", "connection-measurement");
    const runId = name.replace("connection-measurement-", "");
    assert.match(String(inputs.create), new RegExp(`"run":"${runId}"`));
    const pods = resources
      .filter(({ type }) => type === "kubernetes:apps/v1:Deployment")
      .map((deployment) => deployment.inputs.spec.template.metadata.labels);
    assert.deepEqual(
      pods.map((labels) => labels["istio-idle-timeout/run"]),
      [runId, runId],
    );
  });

  it("takes the context where one is set", async () => {
    const { resources } = await run({ kubeContext: "kind-mesh" });
    assert.equal(only(resources, "pulumi:providers:kubernetes").inputs.context, "kind-mesh");
    const { create } = only(resources, "command:local:Command", "connection-measurement").inputs;
    assert.match(String(create), /"context":"kind-mesh"/);
  });

  it("runs nothing but the image's build in Docker when the endpoint exists", async () => {
    const { resources } = await run({ endpoint: "redis.example.com:6379", externalHost: "" });
    assert.deepEqual(
      resources.filter(({ type }) => /^(docker|command):/.test(type)).map(({ type }) => type),
      ["command:local:Command", "docker:index/image:Image"],
    );
    const { create } = only(resources, "command:local:Command").inputs;
    assert.match(
      String(create),
      /"targets":\[{"endpoint":{"host":"redis\.example\.com","port":6379},"middleware":"tcp"}\]/,
    );
  });

  describe("with several endpoints and no middleware", () => {
    const endpoints = ["192.0.2.7:7001", "192.0.2.7:7002"];
    const change = { endpoint: endpoints.join(","), externalHost: "" };
    const found: RunRecord = {
      ...record,
      endpoint: endpoints[0]!,
      targets: endpoints.map((endpoint) => ({ middleware: "tcp", endpoint, effective })),
      samples: endpoints.flatMap((endpoint, place) =>
        record.samples.map((one) => ({
          ...one,
          ...{ middleware: "tcp" as const, host: "192.0.2.7", port: 7001 + place },
          ...(place === 1 && { end: "fin" as const, heldMs: 5000 }),
        })),
      ),
    };
    const targets = endpoints.map((endpoint) => ({
      endpoint: { host: "192.0.2.7", port: Number(endpoint.split(":")[1]) },
      middleware: "tcp",
    }));

    for (const preview of [true, false]) {
      it(`measures each of them as tcp, ${preview ? "as previewed" : "and has a test of each"}`, async () => {
        const { resources, result } = await run(change, {
          preview,
          outputs: {
            ...outputs,
            "command:local:Command": () => (preview ? {} : { stdout: JSON.stringify(found) }),
          },
        });
        const { create } = only(resources, "command:local:Command").inputs;
        assert.ok(String(create).includes(`"targets":${JSON.stringify(targets)}`), String(create));
        const tests = await valueOf(result.tests);
        if (preview) {
          assert.equal(tests, UNKNOWN);
        } else {
          assert.deepEqual(
            (tests as TestResult[]).map(({ endpoint, withoutSidecar }) => [
              endpoint,
              withoutSidecar.longestSeconds,
            ]),
            [
              [endpoints[0], null],
              [endpoints[1], 5],
            ],
          );
          assert.deepEqual(
            (await valueOf(result.summary))
              .split("\n")
              .filter((line) => line.startsWith("effective")),
            endpoints.map(
              (endpoint) =>
                `effective idle timeout for tcp ${endpoint}: 10s at listener virtualOutbound, filter chain ` +
                "virtualOutbound-catchall-tcp, cluster PassthroughCluster",
            ),
          );
        }
      });
    }
  });

  it("gives the probes' sidecar a faster clock in a time-lapse", async () => {
    const { resources } = await run({ timeout: "default", timelapse: "360" });
    const { name, inputs } = only(resources, "command:local:Command", "connection-measurement");
    const meshProxy = name.replace("connection-measurement", "timelapse-mesh-proxy");
    assert.deepEqual(
      namesOf(resources).filter((other) => other.startsWith("timelapse")),
      ["timelapse", "timelapse-image", meshProxy],
    );
    const { create } = inputs;
    assert.match(
      String(create),
      /"timeout":"default","observeMs":14000,"waitMs":300000,.*"timelapse":360,/,
    );
    const { template } = only(resources, "kubernetes:apps/v1:Deployment", "with-sidecar").inputs
      .spec;
    assert.equal(
      template.metadata.annotations["sidecar.istio.io/proxyImage"],
      "localhost:5000/probe@sha256:0",
    );
  });

  it("makes the endpoint known and rules for it, in a namespace of its own", async () => {
    const { resources } = await run({ path: "serviceEntry", remedy: "destinationRule" });
    const namespaced = resources.filter(({ type }) => type.startsWith("kubernetes:networking"));
    assert.deepEqual(
      namespaced.map(({ name, inputs }) => [name, inputs.metadata.namespace]),
      ["connection-pool-rule", "endpoint-entry", "evidence-filter"].map((name) => [
        name,
        "istio-idle-timeout-test-service-entry",
      ]),
    );
    const host = "endpoint.istio-idle-timeout-test-service-entry.internal";
    const [rule, entry] = namespaced.map(({ inputs }) => inputs.spec);
    assert.equal(rule.host, host);
    assert.deepEqual(rule.trafficPolicy, { connectionPool: { tcp: { idleTimeout: "10s" } } });
    assert.deepEqual(entry.hosts, [host]);
    assert.deepEqual(entry.ports, [{ number: 49_153, name: "tcp", protocol: "TCP" }]);
    const { create } = only(resources, "command:local:Command", "connection-measurement").inputs;
    assert.match(
      String(create),
      /"path":"serviceEntry","remedy":"destinationRule","policy":"DestinationRule\/connection-pool"/,
    );
  });

  it("exports what was found", async () => {
    const { result } = await run({});
    assert.deepEqual(await valueOf(result.results), record);
  });

  it("exports outputs of drivers where some are measured, and no undefined ones elsewhere", async () => {
    const asStack = (change: Record<string, string>) =>
      declare(() => pulumi.runtime.runInPulumiStack(() => Promise.resolve(loadProgram(change))), {
        ...{ outputs, functions },
      });
    const exported = ["disconnectSeconds", "results", "status", "summary", "tests", "verdict"];
    const without = await asStack({});
    assert.deepEqual(Object.keys(without.result as object).sort(), exported);
    assert.deepEqual(without.warnings, []);
    const { warnings } = await asStack({
      redisPassword: "x",
      endpoint: "a:1",
      middleware: "redis",
    });
    assert.equal(warnings.length, 1);

    const { result } = await run({ drivers: "node-redis" });
    assert.deepEqual(Object.keys(result).sort(), [...exported, "drivers", "driverSummary"].sort());
  });

  it("previews a stack of which nothing is there yet", async () => {
    const ports = [{ internal: 6379, external: pulumi.unknown }];
    const { resources, result } = await run(
      {},
      {
        preview: true,
        outputs: { ...stash, "docker:index/container:Container": () => ({ ports }) },
      },
    );
    assert.equal(resources.length, 26);
    assert.equal(await valueOf(result.disconnectSeconds), UNKNOWN);
    assert.equal(await valueOf(result.summary), UNKNOWN);
    assert.equal(await valueOf(result.results), UNKNOWN);
  });

  it("asks the preflight about everything it is going to use", async () => {
    const asked: string[] = [];
    const { resources } = await run(
      { timeout: "30s", timelapse: "10", revision: "canary", platform: "linux/arm64" },
      {
        stack: "dev",
        functions: {
          "command:local:run": ({ command }) => {
            asked.push(String(command));
            return answers(command);
          },
        },
      },
    );
    const [command = ""] = asked;
    const request = /^node --import tsx cli\/preflight\.ts '(.*)'$/.exec(command)?.[1] ?? "";
    assert.deepEqual(JSON.parse(request), {
      namespace: "istio-idle-timeout-dev",
      owner: only(resources, "pulumi:index:Stash").inputs.input,
      injectionLabels: { "istio.io/rev": "canary" },
      podLabels: {
        "app.kubernetes.io/name": "probe",
        "istio-idle-timeout/sidecar": "true",
        "sidecar.istio.io/inject": "true",
      },
      timeout: "30s",
      path: "passthrough",
      remedy: "envoyFilter",
      timelapse: true,
      repository: "localhost:5000/istio-idle-timeout-probe",
      images: { baseImage: "node:22-slim", compilerImage: "gcc:14", redisImage: "redis:7" },
      platform: "linux/arm64",
    });
  });

  it("declares nothing when the configuration is wrong", async () => {
    await assert.rejects(run({ timeout: "1d" }), pulumi.RunError);
  });
});
