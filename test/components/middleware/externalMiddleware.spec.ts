import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { ExternalMiddleware } from "../../../components/middleware/externalMiddleware.ts";
import type { ServerKind } from "../../../model/target.ts";
import { servers } from "../../../components/middleware/servers.ts";
import { declare, isSecret, only, UNKNOWN, valueOf } from "../../mocks.ts";
import type { Outputs, Registered } from "../../mocks.ts";

const COMMAND = "command:local:Command";
const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
const CONTAINER = "docker:index/container:Container";

const outputs: Outputs = {
  [COMMAND]: () => ({ stdout: "s3cret" }),
  [REMOTE_IMAGE]: () => ({ imageId: "sha256:0123" }),
  [CONTAINER]: ({ ports }) => ({
    ports: [{ internal: ports[0].internal, external: 49_153, ip: "0.0.0.0", protocol: "tcp" }],
  }),
};

const program = (kind: ServerKind) => () =>
  new ExternalMiddleware(kind, {
    kind,
    containerName: `istio-idle-timeout-test-${kind}`,
    image: `${kind}:7`,
    externalHost: "192.0.2.1",
    owner: "ann@laptop/01234567",
  });

const healthcheck = (test: string) => ({
  healthcheck: {
    tests: ["CMD-SHELL", test],
    interval: "5s",
    timeout: "5s",
    startPeriod: "120s",
    retries: 24,
  },
  wait: true,
  waitTimeout: 120,
});

const common = (kind: ServerKind, port: number) => ({
  image: "sha256:0123",
  ports: [{ internal: port }],
  labels: [{ label: "istio-idle-timeout/owner", value: "ann@laptop/01234567" }],
});

/** What the container is made of, but for its name. */
function containerOf(resources: Registered[]): object {
  const { name, ...inputs } = only(resources, CONTAINER).inputs;
  assert.match(name, /^istio-idle-timeout-test-[a-z]+-[0-9a-f]{6}$/);
  return inputs;
}

describe("ExternalMiddleware", () => {
  it("runs Redis with the generated password on a port of Docker's choice", async () => {
    const { resources } = await declare(program("redis"), { outputs });
    const parent = "istio-idle-timeout:index:ExternalMiddleware";
    assert.deepEqual(
      resources.map(({ name, path }) => [name, path]),
      [
        ["redis", parent],
        ["redis-container", `${parent}$${CONTAINER}`],
        ["redis-image", `${parent}$${REMOTE_IMAGE}`],
        ["redis-leftovers", `${parent}$${COMMAND}`],
        ["redis-only", `${parent}$${COMMAND}`],
        ["redis-password", `${parent}$${COMMAND}`],
      ],
    );
    assert.deepEqual(only(resources, REMOTE_IMAGE).inputs, { name: "redis:7", keepLocally: true });
    assert.deepEqual(containerOf(resources), {
      ...common("redis", 6379),
      command: { secret: ["redis-server", "--requirepass", "s3cret", "--timeout", "0"] },
    });
  });

  it("runs memcached as its image does, without a password", async () => {
    const { resources, result } = await declare(program("memcached"), { outputs });
    assert.deepEqual(
      resources.map(({ name }) => name),
      [
        ...["memcached", "memcached-container", "memcached-image"],
        ...["memcached-leftovers", "memcached-only"],
      ],
    );
    assert.deepEqual(containerOf(resources), common("memcached", 11_211));
    assert.equal(result.username, undefined);
    assert.equal(result.password, undefined);
  });

  it("runs MariaDB or MySQL with a user that may only log in, and waits until it is set up", async () => {
    const { resources, result } = await declare(program("mysql"), { outputs });
    assert.deepEqual(containerOf(resources), {
      ...common("mysql", 3306),
      envs: {
        secret: [
          "MYSQL_RANDOM_ROOT_PASSWORD=1",
          "MYSQL_INITDB_SKIP_TZINFO=1",
          "MYSQL_USER=probe",
          "MYSQL_PASSWORD=s3cret",
        ],
      },
      ...healthcheck(
        "grep -qxE 'mariadbd|mysqld' /proc/1/comm && " +
          "grep -qs ':0CEA [0-9A-F]*:0000 0A ' /proc/net/tcp /proc/net/tcp6",
      ),
    });
    assert.equal(await valueOf(result.username!), "probe");
    assert.equal(await valueOf(result.password!), "s3cret");
  });

  it("runs MongoDB with a user, and waits until it is set up", async () => {
    const { resources, result } = await declare(program("mongodb"), { outputs });
    assert.deepEqual(containerOf(resources), {
      ...common("mongodb", 27_017),
      envs: {
        secret: ["MONGO_INITDB_ROOT_USERNAME=probe", "MONGO_INITDB_ROOT_PASSWORD=s3cret"],
      },
      ...healthcheck(
        "grep -qxE 'mongod' /proc/1/comm && " +
          "grep -qs ':6989 [0-9A-F]*:0000 0A ' /proc/net/tcp /proc/net/tcp6",
      ),
    });
    assert.equal(await valueOf(result.username!), "probe");
    assert.equal(await valueOf(result.password!), "s3cret");
  });

  it("tells where the pods find it, and keeps the password secret", async () => {
    for (const kind of Object.keys(servers) as ServerKind[]) {
      const { result } = await declare(program(kind), { outputs });
      assert.equal(await valueOf(result.endpoint), "192.0.2.1:49153", kind);
      assert.equal(await isSecret(result.endpoint), false, kind);
      if (result.password !== undefined) {
        assert.equal(await isSecret(result.password), true, kind);
      }
    }
  });

  it("knows a password but no name to log in to Redis with", async () => {
    const { result } = await declare(program("redis"), { outputs });
    assert.equal(result.username, undefined);
    assert.equal(await valueOf(result.password!), "s3cret");
  });

  it("generates a password of 24 random bytes that nothing logs", async () => {
    const { resources } = await declare(program("redis"), { outputs });
    const { create, ...others } = only(resources, COMMAND, "redis-password").inputs;
    assert.deepEqual(others, { logging: "none", addPreviousOutputInEnv: false });
    const generate = () => execFileSync("/bin/sh", ["-c", String(create)], { encoding: "utf8" });
    const passwords = [generate(), generate()];
    assert.match(passwords.join(" "), /^[0-9a-f]{48} [0-9a-f]{48}$/);
    assert.notEqual(passwords[0], passwords[1]);
  });

  it("gives each container that is made a name of its own", async () => {
    const names = [];
    for (let made = 0; made < 2; made++) {
      const { resources } = await declare(program("redis"), { outputs });
      names.push(only(resources, CONTAINER).inputs.name);
    }
    assert.notEqual(names[0], names[1]);
  });

  it("removes what else of that name is the owner's: others once it is there, all in the end", async () => {
    const { resources } = await declare(program("redis"), { outputs });
    const remove = (more: string): string =>
      "node --import tsx cli/removeContainers.ts " +
      `'{"owner":"ann@laptop/01234567","name":"istio-idle-timeout-test-redis"${more}}'`;
    assert.deepEqual(only(resources, COMMAND, "redis-only").inputs, {
      create: remove(',"kept":"redis-container-id"'),
      triggers: ["redis-container-id"],
      addPreviousOutputInEnv: false,
    });
    assert.deepEqual(only(resources, COMMAND, "redis-leftovers").inputs, {
      delete: remove(""),
      addPreviousOutputInEnv: false,
    });
  });

  it("knows neither port nor password in a preview", async () => {
    const { result } = await declare(program("redis"), {
      preview: true,
      outputs: { [CONTAINER]: () => ({ ports: [{ internal: 6379, external: pulumi.unknown }] }) },
    });
    assert.equal(await valueOf(result.endpoint), UNKNOWN);
    assert.equal(await valueOf(result.password!), UNKNOWN);
  });
});
