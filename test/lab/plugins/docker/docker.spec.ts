import assert from "node:assert/strict";
import { Plugin } from "../harness.ts";
import { FakeDocker } from "./fakeDocker.ts";
import { withDocker } from "./setup.ts";

describe("docker plugin", () => {
  const setup = withDocker();

  it("reaches a daemon that was restarted since the last request", async () => {
    setup.docker.stop();
    setup.docker = new FakeDocker();
    await setup.docker.start(setup.host.replace("unix://", ""));
    const urn = setup.plugin.urn("docker:index/remoteImage:RemoteImage", "redis");
    await setup.plugin.create(urn, { name: "localhost:5000/redis:7", keepLocally: true });
    assert.deepEqual(setup.docker.writes, ["POST /images/create"]);
  });

  it("has the version of the package it stands in for", async () => {
    assert.equal(await setup.plugin.version(), "5.2.0");
  });

  it("offers no other type", async () => {
    const urn = setup.plugin.urn("docker:index/network:Network", "net");
    await assert.rejects(setup.plugin.create(urn, {}), {
      message: "the lab's docker plugin doesn't offer docker:index/network:Network",
    });
  });
});

describe("configuration of the docker plugin", () => {
  const setup = withDocker();

  it("refuses what it would have to ignore", async () => {
    const { host } = setup;
    const registryAuth = '[{"address":"registry.example","username":"u","password":"p"}]';
    assert.deepEqual(await setup.plugin.checkConfig({ host, certPath: "/x", registryAuth }), {
      certPath: `the lab's docker plugin doesn't offer "certPath", only host`,
      registryAuth: `the lab's docker plugin doesn't offer "registryAuth", only host`,
    });
    assert.deepEqual(await setup.plugin.checkConfig({ host: "ssh://machine" }), {
      host:
        "the lab's docker plugin can't use the Docker host \"ssh://machine\"; " +
        "set docker:host or DOCKER_HOST to unix:///path or tcp://host:port",
    });
  });

  it("names a daemon that doesn't answer", async () => {
    await assert.rejects(setup.plugin.configure({ host: "unix:///no/such.sock" }), {
      message:
        "failed to connect to the Docker daemon at unix:///no/such.sock: " +
        "connect ENOENT /no/such.sock; is it running, and is docker:host or DOCKER_HOST right?",
    });
  });

  it("takes the environment's host where none is configured", async () => {
    const own = await Plugin.start("docker", { DOCKER_HOST: setup.host });
    await own.configure({});
    assert.equal(setup.docker.seen[0]?.path, "/version");
    await own.stop();
  });
});
