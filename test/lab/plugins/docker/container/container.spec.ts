import assert from "node:assert/strict";
import { secret, UNKNOWN } from "../../../../../lab/plugins/shared/value.ts";
import type { PropertyMap } from "../../../../../lab/plugins/shared/value.ts";
import type { CallError } from "../../harness.ts";
import { withDocker } from "../setup.ts";

describe("docker Container", () => {
  const setup = withDocker();
  let urn: string;
  const image = "sha256:redis";
  const inputs: PropertyMap = { name: "redis", image };

  beforeEach(() => {
    urn = setup.plugin.urn("docker:index/container:Container", "redis");
    setup.docker.images.set(image, { Id: image, RepoDigests: [] });
  });

  it("says what is wrong", async () => {
    const { failures } = await setup.plugin.check(urn, { command: ["redis", ""] });
    assert.deepEqual(failures, {
      command: "values for command may not be empty",
      image: "missing required property",
      name: "missing required property",
    });
  });

  it("refuses what it would have to ignore, at any depth", async () => {
    const { failures } = await setup.plugin.check(urn, {
      ...inputs,
      memory: 64,
      healthcheck: secret({ startInterval: "1s" }),
      ports: [{ internal: 1 }, { internal: 2, external: 3 }],
    });
    const ofContainer = "command, envs, healthcheck, image, labels, name, ports, wait, waitTimeout";
    const reason = (property: string, offered: string): string =>
      `the lab's docker plugin doesn't offer "${property}", only ${offered}`;
    assert.deepEqual(failures, {
      memory: reason("memory", ofContainer),
      "healthcheck.startInterval": reason(
        "healthcheck.startInterval",
        "interval, retries, startPeriod, tests, timeout",
      ),
      "ports[1].external": reason("ports[1].external", "internal"),
    });
  });

  it("publishes a port that the daemon chooses", async () => {
    const { id, outputs } = await setup.plugin.create(urn, {
      ...inputs,
      ports: [{ internal: 6379 }],
    });
    assert.equal(id, "container-1");
    assert.deepEqual(outputs.ports, [
      { internal: 6379, external: 32_768, ip: "0.0.0.0", protocol: "tcp" },
    ]);
  });

  it("passes everything on to the daemon", async () => {
    await setup.plugin.create(urn, {
      ...inputs,
      command: ["redis-server", secret("--requirepass=p")],
      envs: ["A=b"],
      labels: [{ label: "l", value: "v" }],
      ports: [{ internal: 1 }],
      healthcheck: { tests: ["CMD", "x"], interval: "1m30s", retries: 2 },
    });
    const create = setup.docker.seen.find(({ path }) => path === "/containers/create");
    assert.equal(create?.query.name, "redis");
    const { HostConfig, ...config } = create.body as Record<string, PropertyMap>;
    assert.deepEqual(config, {
      Image: image,
      Cmd: ["redis-server", "--requirepass=p"],
      Env: ["A=b"],
      Labels: { l: "v" },
      ExposedPorts: { "1/tcp": {} },
      Healthcheck: { Test: ["CMD", "x"], Interval: 90e9, Retries: 2 },
    });
    assert.deepEqual(HostConfig, {
      NetworkMode: "bridge",
      PortBindings: { "1/tcp": [{ HostIp: "0.0.0.0" }] },
    });
    assert.deepEqual(setup.docker.writes.slice(1), ["POST /containers/container-1/start"]);
  });

  it("keeps what is secret in the inputs secret in the outputs", async () => {
    const { outputs } = await setup.plugin.create(urn, {
      ...inputs,
      command: ["redis-server", secret("pw")],
      envs: [secret("A=b")],
    });
    assert.deepEqual(outputs.command, secret(["redis-server", "pw"]));
    assert.deepEqual(outputs.envs, secret(["A=b"]));
  });

  it("says in a preview what the daemon will choose", async () => {
    const ports = [{ internal: 6379 }];
    const { outputs } = await setup.plugin.create(urn, { ...inputs, ports }, { preview: true });
    assert.equal(outputs.ports, UNKNOWN);
    assert.equal(outputs.name, "redis");
    assert.deepEqual(setup.docker.writes, []);
  });

  it("leaves nothing behind when the name is taken", async () => {
    const message = 'Conflict. The container name "/redis" is already in use';
    setup.docker.refusals.set("POST /containers/create", { code: 409, message });
    await assert.rejects(setup.plugin.create(urn, inputs), {
      message: `Unable to create container: Error response from daemon: ${message}`,
    });
    assert.equal(setup.docker.containers.size, 0);
  });

  it("keeps one that can't be started, for the next update to replace", async () => {
    const message = "port is already allocated";
    setup.docker.refusals.set("POST /containers/container-1/start", { code: 500, message });
    await assert.rejects(setup.plugin.create(urn, inputs), (error: CallError) => {
      assert.equal(
        error.message,
        `Unable to start container: Error response from daemon: ${message}`,
      );
      assert.equal(error.partial?.id, "container-1");
      return true;
    });
    assert.equal(setup.docker.containers.size, 1);
  });

  it("names an image that can't be had", async () => {
    setup.docker.progress.pull = [{ error: "not found" }];
    await assert.rejects(setup.plugin.create(urn, { ...inputs, image: "localhost:5000/nope:1" }), {
      message:
        "Unable to create container with image localhost:5000/nope:1: " +
        "unable to find or pull image localhost:5000/nope:1: not found",
    });
  });

  it("tells that a container ended at once, as a refresh would", async () => {
    setup.docker.started = { Running: false, ExitCode: 7 };
    const { outputs } = await setup.plugin.create(urn, inputs);
    assert.deepEqual([outputs.mustRun, outputs.exitCode], [false, 7]);
  });

  it("waits until it is healthy, but no longer than asked to", async () => {
    setup.docker.started = { Running: true, ExitCode: 0, Health: { Status: "healthy", Log: [] } };
    await setup.plugin.create(urn, { ...inputs, wait: true });
    const Log = [{ Output: "refused\n" }];
    setup.docker.started = { Running: true, ExitCode: 0, Health: { Status: "starting", Log } };
    await assert.rejects(setup.plugin.create(urn, { ...inputs, wait: true, waitTimeout: 0.5 }), {
      message:
        "container failed to be in healthy state after 0.5s; its check says: refused; " +
        "its last lines:\nlast words",
    });
    assert.deepEqual(
      setup.plugin.logged.map(({ message }) => message),
      ["Waiting for it to be healthy: starting"],
      "told once, however often it looked",
    );
  });

  it("is replaced, the old one first, for all that can't be changed in place", async () => {
    const diff = await setup.plugin.diff(urn, inputs, {
      ...inputs,
      waitTimeout: 1,
      command: ["x"],
      ports: [{ internal: 1 }],
    });
    assert.deepEqual(diff.details, {
      waitTimeout: "add",
      command: "add-replace",
      ports: "add-replace",
    });
    assert.equal(diff.deleteBeforeReplace, true);
  });

  it("is changed in place, and started if it had stopped", async () => {
    const { id, outputs } = await setup.plugin.create(urn, inputs);
    setup.docker.containers.get(id).State.Running = false;
    const found = await setup.plugin.read(urn, id, inputs, outputs);
    assert.deepEqual(found.inputs, { ...inputs, mustRun: false });
    assert.equal(found.outputs.mustRun, false);
    const diff = await setup.plugin.diff(urn, found.inputs, inputs, found.outputs);
    assert.deepEqual(diff.details, { mustRun: "delete" });
    const updated = await setup.plugin.update(urn, id, found.inputs, found.outputs, inputs);
    assert.equal(updated.mustRun, true);
    assert.equal(setup.docker.containers.get(id).State.Running, true);
  });

  it("previews that its ports stay when it is changed in place", async () => {
    const published = { ...inputs, ports: [{ internal: 6379 }] };
    const { id, outputs } = await setup.plugin.create(urn, published);
    const news = { ...published, waitTimeout: 1 };
    const preview = { preview: true };
    const updated = await setup.plugin.update(urn, id, published, outputs, news, preview);
    assert.deepEqual(updated.ports, outputs.ports);
    assert.equal(updated.waitTimeout, 1);
  });

  it("finds itself unchanged or gone", async () => {
    const { id, outputs } = await setup.plugin.create(urn, inputs);
    assert.deepEqual(await setup.plugin.read(urn, id, inputs, outputs), { id, inputs, outputs });
    setup.docker.containers.clear();
    assert.equal((await setup.plugin.read(urn, id, inputs, outputs)).id, "");
  });

  it("is removed and gone when deleted, or was gone already", async () => {
    const { id, outputs } = await setup.plugin.create(urn, inputs);
    await setup.plugin.delete(urn, id, inputs, outputs);
    assert.equal(setup.docker.containers.size, 0);
    const remove = setup.docker.seen.filter(({ method }) => method !== "GET").at(-1);
    assert.deepEqual(remove?.query, { force: "1", v: "1" });
    await setup.plugin.delete(urn, id, inputs, outputs);
  });
});
