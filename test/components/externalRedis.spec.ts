import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { ExternalRedis } from "../../components/externalRedis.ts";
import { declare, isSecret, only, UNKNOWN, valueOf } from "../mocks.ts";
import type { Outputs } from "../mocks.ts";

const COMMAND = "command:local:Command";
const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
const CONTAINER = "docker:index/container:Container";

const outputs: Outputs = {
  [COMMAND]: () => ({ stdout: "s3cret" }),
  [REMOTE_IMAGE]: () => ({ imageId: "sha256:0123" }),
  [CONTAINER]: () => ({
    ports: [{ internal: 6379, external: 49_153, ip: "0.0.0.0", protocol: "tcp" }],
  }),
};

const program = () =>
  new ExternalRedis("redis", {
    containerName: "istio-idle-timeout-test-redis",
    image: "redis:7",
    externalHost: "192.0.2.1",
    owner: "ann@laptop/01234567",
  });

describe("ExternalRedis", () => {
  it("runs Redis with the generated password on a port of Docker's choice", async () => {
    const { resources } = await declare(program, { outputs });
    const parent = "istio-idle-timeout:index:ExternalRedis";
    assert.deepEqual(
      resources.map(({ name, path }) => [name, path]),
      [
        ["redis", parent],
        ["redis-container", `${parent}$${CONTAINER}`],
        ["redis-image", `${parent}$${REMOTE_IMAGE}`],
        ["redis-password", `${parent}$${COMMAND}`],
      ],
    );
    assert.deepEqual(only(resources, REMOTE_IMAGE).inputs, { name: "redis:7", keepLocally: true });
    assert.deepEqual(only(resources, CONTAINER).inputs, {
      name: "istio-idle-timeout-test-redis",
      image: "sha256:0123",
      command: {
        secret: ["redis-server", "--requirepass", "s3cret", "--timeout", "0"],
      },
      ports: [{ internal: 6379 }],
      labels: [{ label: "istio-idle-timeout/owner", value: "ann@laptop/01234567" }],
    });
  });

  it("tells where the pods find it, and keeps the password secret", async () => {
    const { result } = await declare(program, { outputs });
    assert.equal(await valueOf(result.endpoint), "192.0.2.1:49153");
    assert.equal(await isSecret(result.endpoint), false);
    assert.equal(await valueOf(result.password), "s3cret");
    assert.equal(await isSecret(result.password), true);
  });

  it("generates a password of 24 random bytes that nothing logs", async () => {
    const { resources } = await declare(program, { outputs });
    const { create, ...others } = only(resources, COMMAND).inputs;
    assert.deepEqual(others, { logging: "none", addPreviousOutputInEnv: false });
    const generate = () => execFileSync("/bin/sh", ["-c", String(create)], { encoding: "utf8" });
    const passwords = [generate(), generate()];
    assert.match(passwords.join(" "), /^[0-9a-f]{48} [0-9a-f]{48}$/);
    assert.notEqual(passwords[0], passwords[1]);
  });

  it("knows neither port nor password in a preview", async () => {
    const { result } = await declare(program, {
      preview: true,
      outputs: { [CONTAINER]: () => ({ ports: [{ internal: 6379, external: pulumi.unknown }] }) },
    });
    assert.equal(await valueOf(result.endpoint), UNKNOWN);
    assert.equal(await valueOf(result.password), UNKNOWN);
  });
});
