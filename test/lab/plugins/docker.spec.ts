import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secret, UNKNOWN } from "../../../lab/plugins/shared/value.ts";
import type { PropertyMap } from "../../../lab/plugins/shared/value.ts";
import { FakeDocker } from "./fakeDocker.ts";
import type { CallError } from "./harness.ts";
import { Plugin } from "./harness.ts";

describe("docker plugin", () => {
  let docker: FakeDocker;
  let plugin: Plugin;
  let folder: string;
  let host: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "docker-"));
    plugin = await Plugin.start("docker", { DOCKER_CONFIG: folder });
  });

  after(async () => {
    await plugin.stop();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    docker = new FakeDocker();
    const socket = join(folder, "docker.sock");
    host = `unix://${socket}`;
    await docker.start(socket);
    await plugin.configure({ host });
    docker.seen.length = 0;
    plugin.logged.length = 0;
  });

  afterEach(() => {
    docker.stop();
  });

  it("reaches a daemon that was restarted since the last request", async () => {
    docker.stop();
    docker = new FakeDocker();
    await docker.start(host.replace("unix://", ""));
    const name = "localhost:5000/redis:7";
    await plugin.create(plugin.urn("docker:index/remoteImage:RemoteImage", "redis"), { name });
    assert.deepEqual(docker.writes, ["POST /images/create"]);
  });

  it("has the version of the package it stands in for", async () => {
    assert.equal(await plugin.version(), "5.2.0");
  });

  describe("configuration", () => {
    it("refuses what it would have to ignore", async () => {
      assert.deepEqual(await plugin.checkConfig({ host, certPath: "/x" }), {
        certPath: `the lab's docker plugin doesn't offer "certPath", only host, registryAuth`,
      });
      assert.deepEqual(await plugin.checkConfig({ host: "ssh://machine" }), {
        host:
          "the Docker host \"ssh://machine\" can't be used by the lab's docker plugin; " +
          "set docker:host or DOCKER_HOST to unix:///path or tcp://host:port",
      });
    });

    it("names a daemon that doesn't answer", async () => {
      await assert.rejects(plugin.configure({ host: "unix:///no/such.sock" }), {
        message:
          "failed to connect to the Docker daemon at unix:///no/such.sock: " +
          "connect ENOENT /no/such.sock; is it running, and is docker:host or DOCKER_HOST right?",
      });
    });

    it("takes the environment's host where none is configured", async () => {
      const own = await Plugin.start("docker", { DOCKER_HOST: host });
      await own.configure({});
      assert.equal(docker.seen[0]?.path, "/version");
      await own.stop();
    });
  });

  describe("Image", () => {
    let urn: string;
    let context: string;
    const before = process.cwd();

    beforeEach(() => {
      urn = plugin.urn("docker:index/image:Image", "image");
      context = mkdtempSync(join(folder, "context-"));
      writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
      writeFileSync(join(context, "main.ts"), "1\n");
      writeFileSync(join(context, ".dockerignore"), "*.md\n");
      writeFileSync(join(context, "README.md"), "read\n");
    });

    after(() => {
      process.chdir(before);
    });

    const given = (more: PropertyMap = {}, build: PropertyMap = {}): PropertyMap => ({
      imageName: "localhost:5000/probe:abc",
      build: { context, dockerfile: join(context, "Dockerfile"), ...build },
      ...more,
    });

    const checked = async (inputs = given()): Promise<PropertyMap> => {
      const result = await plugin.check(urn, inputs);
      assert.deepEqual(result.failures, {});
      return result.inputs;
    };

    const digest = async (): Promise<unknown> =>
      ((await checked()).build as PropertyMap).contextDigest;

    it("fills in platform and Dockerfile", async () => {
      const inputs = await checked({ imageName: "localhost:5000/x", build: { context } });
      const build = inputs.build as PropertyMap;
      assert.equal(build.dockerfile, join(context, "Dockerfile"));
      assert.match(build.platform as string, /^linux\/(amd64|arm64)$/);
      assert.match(build.contextDigest as string, /^[0-9a-f]{64}$/);
      assert.equal(inputs.buildOnPreview, false);
    });

    it("says what is wrong", async () => {
      const { failures } = await plugin.check(urn, {
        imageName: "probe",
        build: { context, dockerfile: "nowhere", builderVersion: "BuilderBuildKit", network: "x" },
        push: true,
      });
      assert.deepEqual(Object.keys(failures).sort(), [
        "build.builderVersion",
        "build.dockerfile",
        "build.network",
        "imageName",
        "push",
      ]);
      assert.equal(
        failures["build.dockerfile"],
        'could not open dockerfile at relative path "nowhere"',
      );
    });

    it("has another digest for other content, names and modes, and not for what is ignored", async () => {
      const first = await digest();
      writeFileSync(join(context, "README.md"), "other");
      assert.equal(await digest(), first);
      writeFileSync(join(context, "main.ts"), "2\n");
      const second = await digest();
      assert.notEqual(second, first);
      mkdirSync(join(context, "sub"));
      assert.notEqual(await digest(), second);
    });

    it("is rebuilt in place for any change but another login", async () => {
      const inputs = given({ registry: { server: "s", username: "u", password: secret("p") } });
      const login = given({ registry: { server: "s", username: "v", password: "q" } });
      assert.equal((await plugin.diff(urn, inputs, login)).changes, "none");
      const changed = given({ registry: inputs.registry! }, { args: { A: "1" } });
      assert.deepEqual((await plugin.diff(urn, inputs, changed)).details, { "build.args": "add" });
    });

    it("builds, pushes and puts out the pushed digest", async () => {
      const inputs = await checked(given({}, { args: { BASE: "b" }, platform: "linux/arm64" }));
      const { id, outputs } = await plugin.create(urn, inputs);
      assert.equal(id, "localhost:5000/probe:abc");
      assert.deepEqual(outputs, {
        baseImageName: "localhost:5000/probe:abc",
        context,
        dockerfile: "Dockerfile",
        imageName: "localhost:5000/probe:abc",
        platform: "linux/arm64",
        registryServer: "",
        repoDigest: "localhost:5000/probe@sha256:pushed",
        __inputs: secret(inputs),
      });
      const [build, push] = docker.seen;
      assert.deepEqual(build?.query, {
        version: "1",
        t: "localhost:5000/probe:abc",
        dockerfile: "Dockerfile",
        platform: "linux/arm64",
        buildargs: '{"BASE":"b"}',
      });
      const { stdout } = spawnSync("tar", ["--list"], { input: build.body as Buffer });
      assert.equal(stdout.toString(), ".dockerignore\nDockerfile\nmain.ts\n");
      assert.equal(push?.path, "/images/localhost:5000/probe/push");
      assert.equal(push.query.tag, "abc");
      assert.deepEqual(
        plugin.logged.map(({ message }) => message),
        [
          "Starting Docker build",
          "Step 1/1 : FROM x",
          "Pushing Image to the registry",
          "layer: Pushed",
        ],
      );
    });

    it("doesn't push if asked not to", async () => {
      const { outputs } = await plugin.create(urn, await checked(given({ skipPush: true })));
      assert.equal(outputs.repoDigest, "sha256:built");
      assert.deepEqual(docker.writes, ["POST /build"]);
    });

    it("logs in with what the program gives, else with what docker login left", async () => {
      const auth = Buffer.from("file:secret").toString("base64");
      const config = { auths: { "localhost:5000": { auth } } };
      writeFileSync(join(folder, "config.json"), JSON.stringify(config));
      const sent = (): unknown => {
        const header = docker.seen.at(-1)?.headers["x-registry-auth"] as string;
        return JSON.parse(Buffer.from(header, "base64url").toString());
      };
      await plugin.create(urn, await checked());
      assert.deepEqual(sent(), {
        username: "file",
        password: "secret",
        serveraddress: "localhost:5000",
      });
      const registry = { username: "u", password: secret("p") };
      await plugin.create(urn, await checked(given({ registry })));
      assert.deepEqual(sent(), { username: "u", password: "p", serveraddress: "localhost:5000" });
      rmSync(join(folder, "config.json"));
    });

    it("fails with the daemon's own words, which come after a good status", async () => {
      const inputs = await checked();
      docker.progress.build = [{ stream: "Step" }, { error: "COPY failed: no such file" }];
      await assert.rejects(plugin.create(urn, inputs), { message: "COPY failed: no such file" });
      docker.progress.build = [{ aux: { ID: "sha256:x" } }];
      docker.progress.push = [{ errorDetail: { message: "denied: no" }, error: "denied: no" }];
      await assert.rejects(plugin.create(urn, inputs), { message: "denied: no" });
    });

    it("builds nothing in a preview, unless asked to", async () => {
      const inputs = await checked();
      const preview = { preview: true };
      assert.deepEqual((await plugin.create(urn, inputs, preview)).outputs, inputs);
      assert.deepEqual(docker.writes, []);
      const eager = await checked(given({ buildOnPreview: true }));
      const { outputs } = await plugin.create(urn, eager, preview);
      assert.equal(outputs.repoDigest, "sha256:built");
      assert.deepEqual(docker.writes, ["POST /build"]);
    });

    it("waits in a preview for what is unknown", async () => {
      const { inputs, failures } = await plugin.check(urn, {
        imageName: UNKNOWN,
        build: { context: UNKNOWN, dockerfile: UNKNOWN, platform: UNKNOWN },
        buildOnPreview: true,
      });
      assert.deepEqual(failures, {});
      assert.deepEqual((await plugin.create(urn, inputs, { preview: true })).outputs, inputs);
    });

    it("leaves the image where it is when deleted", async () => {
      await plugin.delete(urn, "id", given(), given());
      assert.deepEqual(docker.seen, []);
    });
  });

  describe("RemoteImage", () => {
    let urn: string;
    const name = "localhost:5000/redis:7";

    beforeEach(() => {
      urn = plugin.urn("docker:index/remoteImage:RemoteImage", "redis");
    });

    it("pulls only what the daemon doesn't have", async () => {
      const pulled = await plugin.create(urn, { name });
      assert.equal(pulled.id, `sha256:pulled${name}`);
      assert.deepEqual(docker.seen[1]?.query, { fromImage: "localhost:5000/redis", tag: "7" });
      const again = await plugin.create(urn, { name });
      assert.equal(again.outputs.imageId, "sha256:pulled");
      assert.deepEqual(docker.writes, ["POST /images/create"]);
    });

    it("puts out the digest of its own registry", async () => {
      docker.images.set(name, {
        Id: "sha256:here",
        RepoDigests: ["other/redis@sha256:1", "localhost:5000/redis@sha256:2"],
      });
      const { outputs } = await plugin.create(urn, { name, keepLocally: true });
      assert.deepEqual(outputs, {
        name,
        keepLocally: true,
        imageId: "sha256:here",
        repoDigest: "localhost:5000/redis@sha256:2",
      });
    });

    it("says why an image can't be had", async () => {
      docker.progress.pull = [{ error: "manifest unknown" }];
      await assert.rejects(plugin.create(urn, { name }), {
        message:
          "Unable to read Docker image into resource: " +
          `unable to find or pull image ${name}: manifest unknown`,
      });
    });

    it("is replaced for another name or trigger, and not for keeping it", async () => {
      const diff = await plugin.diff(
        urn,
        { name, triggers: ["1"] },
        { name: "x", triggers: ["2"], keepLocally: true },
      );
      assert.deepEqual(diff.details, {
        name: "update-replace",
        "triggers[0]": "update-replace",
        keepLocally: "add",
      });
    });

    it("is removed from the daemon unless it is to stay, and may be gone", async () => {
      docker.images.set(name, { Id: "sha256:here", RepoDigests: [] });
      await plugin.delete(urn, "id", {}, { name, keepLocally: true });
      assert.equal(docker.images.size, 1);
      await plugin.delete(urn, "id", {}, { name });
      assert.equal(docker.images.size, 0);
      await plugin.delete(urn, "id", {}, { name });
    });

    it("is gone when the daemon doesn't have it", async () => {
      assert.equal((await plugin.read(urn, "id", { name }, { name })).id, "");
    });
  });

  describe("Container", () => {
    let urn: string;
    const image = "sha256:redis";
    const inputs: PropertyMap = { name: "redis", image };

    beforeEach(() => {
      urn = plugin.urn("docker:index/container:Container", "redis");
      docker.images.set(image, { Id: image, RepoDigests: [] });
    });

    it("makes up a name, and keeps it", async () => {
      const first = await plugin.check(urn, { image });
      assert.match(first.inputs.name as string, /^redis-[0-9a-f]{7}$/);
      const second = await plugin.check(urn, { image }, first.inputs);
      assert.equal(second.inputs.name, first.inputs.name);
      assert.equal((await plugin.diff(urn, first.inputs, second.inputs)).changes, "none");
    });

    it("says what is wrong", async () => {
      const { failures } = await plugin.check(urn, { command: ["redis", ""], gpus: "all" });
      assert.equal(failures.image, "missing required property");
      assert.equal(failures.command, "values for command may not be empty");
      assert.match(failures.gpus ?? "", /^the lab's docker plugin doesn't offer "gpus", only /);
    });

    it("publishes a port that the daemon chooses", async () => {
      const { id, outputs } = await plugin.create(urn, { ...inputs, ports: [{ internal: 6379 }] });
      assert.equal(id, "container-1");
      assert.deepEqual(outputs.ports, [
        { internal: 6379, external: 32_768, ip: "0.0.0.0", protocol: "tcp" },
      ]);
    });

    it("passes everything on to the daemon", async () => {
      await plugin.create(urn, {
        ...inputs,
        command: ["redis-server", secret("--requirepass=p")],
        envs: ["A=b"],
        labels: [{ label: "l", value: "v" }],
        ports: [{ internal: 1, external: 2, ip: "127.0.0.1", protocol: "udp" }],
        networksAdvanced: [{ name: "net", aliases: ["db"] }],
        restart: "on-failure",
        maxRetryCount: 3,
        memory: 64,
        capabilities: { drops: ["ALL"] },
        tmpfs: { "/data": "" },
        readOnly: true,
        healthcheck: { tests: ["CMD", "x"], interval: "1m30s", retries: 2 },
      });
      const create = docker.seen.find(({ path }) => path === "/containers/create");
      assert.equal(create?.query.name, "redis");
      const { HostConfig, ...config } = create.body as Record<string, PropertyMap>;
      assert.deepEqual(config, {
        Image: image,
        Cmd: ["redis-server", "--requirepass=p"],
        Env: ["A=b"],
        Labels: { l: "v" },
        ExposedPorts: { "1/udp": {} },
        Healthcheck: { Test: ["CMD", "x"], Interval: 90e9, Retries: 2 },
      });
      assert.deepEqual(HostConfig, {
        RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
        Memory: 64 * 1024 * 1024,
        NetworkMode: "bridge",
        ReadonlyRootfs: true,
        Tmpfs: { "/data": "" },
        CapDrop: ["ALL"],
        PortBindings: { "1/udp": [{ HostIp: "127.0.0.1", HostPort: "2" }] },
      });
      assert.deepEqual(docker.writes.slice(1), [
        "POST /networks/bridge/disconnect",
        "POST /networks/net/connect",
        "POST /containers/container-1/start",
      ]);
    });

    it("keeps what is secret in the inputs secret in the outputs", async () => {
      const { outputs } = await plugin.create(urn, {
        ...inputs,
        command: ["redis-server", secret("pw")],
        envs: [secret("A=b")],
      });
      assert.deepEqual(outputs.command, secret(["redis-server", "pw"]));
      assert.deepEqual(outputs.envs, secret(["A=b"]));
    });

    it("says in a preview what the daemon will choose", async () => {
      const ports = [{ internal: 6379 }];
      const { outputs } = await plugin.create(urn, { ...inputs, ports }, { preview: true });
      assert.equal(outputs.ports, UNKNOWN);
      assert.equal(outputs.name, "redis");
      assert.deepEqual(docker.writes, []);
    });

    it("leaves nothing behind when the name is taken", async () => {
      const message = 'Conflict. The container name "/redis" is already in use';
      docker.refusals.set("POST /containers/create", { code: 409, message });
      await assert.rejects(plugin.create(urn, inputs), {
        message: `Unable to create container: Error response from daemon: ${message}`,
      });
      assert.equal(docker.containers.size, 0);
    });

    it("keeps one that can't be started, for the next update to replace", async () => {
      const message = "port is already allocated";
      docker.refusals.set("POST /containers/container-1/start", { code: 500, message });
      await assert.rejects(plugin.create(urn, inputs), (error: CallError) => {
        assert.equal(
          error.message,
          `Unable to start container: Error response from daemon: ${message}`,
        );
        assert.equal(error.partial?.id, "container-1");
        return true;
      });
      assert.equal(docker.containers.size, 1);
    });

    it("names an image that can't be had", async () => {
      docker.progress.pull = [{ error: "not found" }];
      await assert.rejects(plugin.create(urn, { ...inputs, image: "localhost:5000/nope:1" }), {
        message:
          "Unable to create container with image localhost:5000/nope:1: " +
          "unable to find or pull image localhost:5000/nope:1: not found",
      });
    });

    it("tells that a container ended at once, as a refresh would", async () => {
      docker.started = { Running: false, ExitCode: 7 };
      const { outputs } = await plugin.create(urn, inputs);
      assert.deepEqual([outputs.mustRun, outputs.exitCode], [false, 7]);
    });

    it("takes one that may exit", async () => {
      docker.started = { Running: false, ExitCode: 0 };
      const { outputs } = await plugin.create(urn, { ...inputs, mustRun: false });
      assert.equal(outputs.exitCode, 0);
    });

    it("waits until it is healthy, but no longer than asked to", async () => {
      docker.started = { Running: true, ExitCode: 0, Health: { Status: "healthy", Log: [] } };
      await plugin.create(urn, { ...inputs, wait: true });
      const Log = [{ Output: "refused\n" }];
      docker.started = { Running: true, ExitCode: 0, Health: { Status: "starting", Log } };
      await assert.rejects(plugin.create(urn, { ...inputs, wait: true, waitTimeout: 0.5 }), {
        message:
          "container failed to be in healthy state after 0.5s; its check says: refused; " +
          "its last lines:\nlast words",
      });
      assert.deepEqual(
        plugin.logged.map(({ message }) => message),
        ["Waiting for it to be healthy: starting"],
        "told once, however often it looked",
      );
    });

    it("is replaced, the old one first, for all that can't be changed in place", async () => {
      const diff = await plugin.diff(urn, inputs, {
        ...inputs,
        restart: "always",
        command: ["x"],
        ports: [{ internal: 1 }],
      });
      assert.deepEqual(diff.details, {
        restart: "add",
        command: "add-replace",
        ports: "add-replace",
      });
      assert.equal(diff.deleteBeforeReplace, true);
    });

    it("is changed in place, and started if it had stopped", async () => {
      const { id, outputs } = await plugin.create(urn, inputs);
      docker.containers.get(id).State.Running = false;
      const found = await plugin.read(urn, id, inputs, outputs);
      assert.deepEqual(found.inputs, { ...inputs, mustRun: false });
      assert.equal(found.outputs.mustRun, false);
      const news = { ...inputs, restart: "always" };
      const updated = await plugin.update(urn, id, found.inputs, found.outputs, news);
      assert.equal(updated.mustRun, true);
      assert.equal(docker.containers.get(id).HostConfig.RestartPolicy.Name, "always");
    });

    it("previews that its ports stay when it is changed in place", async () => {
      const published = { ...inputs, ports: [{ internal: 6379 }] };
      const { id, outputs } = await plugin.create(urn, published);
      const news = { ...published, restart: "always" };
      const preview = { preview: true };
      const updated = await plugin.update(urn, id, published, outputs, news, preview);
      assert.deepEqual(updated.ports, outputs.ports);
      assert.equal(updated.restart, "always");
    });

    it("finds itself unchanged or gone", async () => {
      const { id, outputs } = await plugin.create(urn, inputs);
      assert.deepEqual(await plugin.read(urn, id, inputs, outputs), { id, inputs, outputs });
      docker.containers.clear();
      assert.equal((await plugin.read(urn, id, inputs, outputs)).id, "");
    });

    it("is stopped, removed and gone when deleted, or was gone already", async () => {
      const { id, outputs } = await plugin.create(urn, { ...inputs, destroyGraceSeconds: 3 });
      await plugin.delete(urn, id, inputs, outputs);
      assert.equal(docker.containers.size, 0);
      const [stop, remove] = docker.seen.filter(({ method }) => method !== "GET").slice(-2);
      assert.equal(stop?.query.t, "3");
      assert.deepEqual(remove?.query, { force: "1", v: "1" });
      await plugin.delete(urn, id, inputs, outputs);
    });
  });

  describe("Network", () => {
    let urn: string;
    const inputs: PropertyMap = { name: "net", labels: [{ label: "a", value: "b" }] };

    beforeEach(() => {
      urn = plugin.urn("docker:index/network:Network", "net");
    });

    it("puts out what the daemon chose", async () => {
      const { id, outputs } = await plugin.create(urn, inputs);
      assert.equal(id, "network-1");
      assert.equal(outputs.driver, "bridge");
      assert.deepEqual(outputs.ipamConfigs, [
        { subnet: "172.30.0.0/16", gateway: "172.30.0.1", ipRange: "", auxAddress: {} },
      ]);
      const { body } = docker.seen[0]!;
      assert.deepEqual(body.Labels, { a: "b" });
    });

    it("is replaced for any change, the old one first if it has the name", async () => {
      const named = await plugin.diff(urn, inputs, { ...inputs, driver: "macvlan" });
      assert.deepEqual(named.details, { driver: "add-replace" });
      assert.equal(named.deleteBeforeReplace, true);
      const { inputs: autonamed } = await plugin.check(urn, {});
      const diff = await plugin.diff(urn, autonamed, { ...autonamed, driver: "macvlan" });
      assert.equal(diff.deleteBeforeReplace, false);
    });

    it("waits with its deletion for containers that are going away", async () => {
      const { id, outputs } = await plugin.create(urn, inputs);
      const message = "network net has active endpoints";
      docker.refusals.set(`DELETE /networks/${id}`, { code: 403, message });
      await plugin.delete(urn, id, inputs, outputs);
      assert.equal(docker.networks.size, 0);
      await plugin.delete(urn, id, inputs, outputs);
    });

    it("says what holds it up when time is over", async () => {
      const message = "network net has active endpoints";
      docker.refusals.set("DELETE /networks/x", { code: 403, message });
      await assert.rejects(plugin.delete(urn, "x", inputs, inputs, 0.05), {
        message: `Error response from daemon: ${message}`,
      });
    });

    it("is gone when the daemon doesn't have it", async () => {
      assert.equal((await plugin.read(urn, "x", inputs, inputs)).id, "");
    });
  });
});
