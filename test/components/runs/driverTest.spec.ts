import assert from "node:assert/strict";
import { DriverTest } from "../../../components/runs/driverTest.ts";
import type { DriverTestArgs } from "../../../components/runs/driverTest.ts";
import { declare, isSecret, only, UNKNOWN, valueOf } from "../../mocks.ts";
import type { Outputs } from "../../mocks.ts";

const COMMAND = "command:local:Command";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const SECRET = "kubernetes:core/v1:Secret";

const record = { schemaVersion: 1, run: "", idleTimeoutMs: 12_000, idleMs: 15_000, rows: [] };
const outputs: Outputs = { [COMMAND]: () => ({ stdout: JSON.stringify(record), stderr: "" }) };

const args: DriverTestArgs = {
  namespace: "istio-idle-timeout-test",
  drivers: ["go-mysql", "node-redis"],
  endpoints: ["192.0.2.1:6379", "192.0.2.1:3306", "192.0.2.1:11211"],
  middleware: ["redis", "mysql", "memcached"],
  credentials: { redis: { password: "secret" }, mysql: { username: "root", password: "other" } },
  images: { go: "localhost:5000/go@sha256:0", node: "localhost:5000/node@sha256:1" },
  timeoutMs: 12_000,
  runId: "0123456789",
  variantLabels: { "istio-idle-timeout/timeout": "12s" },
  injection: [{ excludedPort: 6379 }],
  platform: undefined,
  kubeContext: undefined,
};

const program = (change: Partial<DriverTestArgs> = {}) =>
  new DriverTest("drivers", { ...args, ...change });

describe("DriverTest", () => {
  it("collects what the programs find, by a command named after its run", async () => {
    const { resources, result } = await declare(program, { outputs });
    const { name, inputs } = only(resources, COMMAND);
    const run = /^drivers-collection-([0-9a-f]{10})$/.exec(name)?.[1];
    assert.ok(run, name);
    assert.deepEqual(inputs, {
      create:
        `node --import tsx cli/drivers.ts '{"namespace":"istio-idle-timeout-test","run":"${run}",` +
        `"idleTimeoutMs":12000,"idleMs":15000,"containers":["go","node"]}'`,
      logging: "stderr",
      addPreviousOutputInEnv: false,
    });
    assert.deepEqual(await valueOf(result.record), record);
  });

  it("measures again for another run of the stack, and for other drivers", async () => {
    const names: string[] = [];
    for (const change of [{}, { runId: "9876543210" }, { drivers: ["go-mysql"] as const }]) {
      const { resources } = await declare(() => program(change), { outputs });
      names.push(only(resources, COMMAND).name);
    }
    assert.equal(new Set(names).size, 3);
  });

  it("asks in the context that is set", async () => {
    const { resources } = await declare(() => program({ kubeContext: "kind-mesh" }), { outputs });
    assert.match(String(only(resources, COMMAND).inputs.create), /"context":"kind-mesh"/);
  });

  it("keeps the credentials in a Secret, with the servers that are needed", async () => {
    const { resources } = await declare(program, { outputs });
    const { metadata, stringData } = only(resources, SECRET).inputs;
    assert.deepEqual(metadata, { name: "drivers", namespace: "istio-idle-timeout-test" });
    assert.deepEqual(JSON.parse(stringData.secret["config.json"]), {
      idleMs: 15_000,
      idleTimeoutMs: 12_000,
      drivers: ["go-mysql", "node-redis"],
      servers: {
        mysql: { host: "192.0.2.1", port: 3306, username: "root", password: "other" },
        redis: { host: "192.0.2.1", port: 6379, password: "secret" },
      },
    });
    for (const { type, inputs } of resources) {
      if (type !== SECRET) {
        assert.doesNotMatch(JSON.stringify(inputs), /"other"|password/);
      }
    }
  });

  it("is two pods that differ in their labels, each with both programs", async () => {
    const { resources } = await declare(program, { outputs });
    const deployments = resources.filter(({ type }) => type === DEPLOYMENT);
    assert.deepEqual(
      deployments.map(({ inputs }) => inputs.metadata.name),
      ["drivers-with-sidecar", "drivers-without-sidecar"],
    );
    const [subject, control] = deployments.map(({ inputs }) => inputs.spec.template);
    assert.deepEqual(subject.spec, control.spec);
    assert.deepEqual(subject.metadata.annotations, {
      "sidecar.istio.io/proxyCPU": "10m",
      "sidecar.istio.io/proxyMemory": "64Mi",
      "sidecar.istio.io/statsInclusionPrefixes": "tcp",
      "traffic.sidecar.istio.io/excludeOutboundPorts": "6379",
    });
    const { "istio-idle-timeout/run": run, ...labels } = subject.metadata.labels;
    assert.match(run, /^[0-9a-f]{10}$/);
    assert.deepEqual(labels, {
      "app.kubernetes.io/name": "drivers",
      "istio-idle-timeout/sidecar": "true",
      "istio-idle-timeout/timeout": "12s",
      "sidecar.istio.io/inject": "true",
    });
    assert.deepEqual(
      subject.spec.containers.map(({ name, image }: Record<string, string>) => [name, image]),
      Object.entries(args.images),
    );
    for (const { securityContext, volumeMounts } of subject.spec.containers) {
      assert.deepEqual(securityContext, {
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      });
      assert.deepEqual(volumeMounts, [
        { name: "config", mountPath: "/etc/drivers", readOnly: true },
      ]);
    }
    assert.deepEqual(subject.spec.volumes, [{ name: "config", secret: { secretName: "drivers" } }]);
  });

  it("knows nothing in a preview", async () => {
    const { result } = await declare(program, { preview: true });
    assert.equal(await valueOf(result.record), UNKNOWN);
    assert.equal(await isSecret(result.record), false);
  });
});
