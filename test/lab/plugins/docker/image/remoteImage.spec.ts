import assert from "node:assert/strict";
import { withDocker } from "../setup.ts";

describe("docker RemoteImage", () => {
  const setup = withDocker();
  let urn: string;
  const name = "localhost:5000/redis:7";

  beforeEach(() => {
    urn = setup.plugin.urn("docker:index/remoteImage:RemoteImage", "redis");
  });

  it("pulls only what the daemon doesn't have", async () => {
    const pulled = await setup.plugin.create(urn, { name });
    assert.equal(pulled.id, `sha256:pulled${name}`);
    assert.deepEqual(setup.docker.seen[1]?.query, { fromImage: "localhost:5000/redis", tag: "7" });
    const again = await setup.plugin.create(urn, { name });
    assert.equal(again.outputs.imageId, "sha256:pulled");
    assert.deepEqual(setup.docker.writes, ["POST /images/create"]);
  });

  it("puts out the digest of its own registry", async () => {
    setup.docker.images.set(name, {
      Id: "sha256:here",
      RepoDigests: ["other/redis@sha256:1", "localhost:5000/redis@sha256:2"],
    });
    const { outputs } = await setup.plugin.create(urn, { name, keepLocally: true });
    assert.deepEqual(outputs, {
      name,
      keepLocally: true,
      imageId: "sha256:here",
      repoDigest: "localhost:5000/redis@sha256:2",
    });
  });

  it("says why an image can't be had", async () => {
    setup.docker.progress.pull = [{ error: "manifest unknown" }];
    await assert.rejects(setup.plugin.create(urn, { name }), {
      message:
        "Unable to read Docker image into resource: " +
        `unable to find or pull image ${name}: manifest unknown`,
    });
  });

  it("refuses what it would have to ignore, and to be removed", async () => {
    const { failures } = await setup.plugin.check(urn, { platform: "linux/arm64" });
    assert.deepEqual(failures, {
      keepLocally: "the lab's docker plugin removes no image: set keepLocally to true",
      name: "missing required property",
      platform: `the lab's docker plugin doesn't offer "platform", only keepLocally, name`,
    });
  });

  it("is replaced for another name", async () => {
    const diff = await setup.plugin.diff(urn, { name }, { name: "x" });
    assert.deepEqual(diff.details, { name: "update-replace" });
    assert.equal(diff.deleteBeforeReplace, false);
  });

  it("stays in the daemon when it is deleted", async () => {
    await setup.plugin.delete(urn, "id", {}, { name, keepLocally: true });
    assert.deepEqual(setup.docker.seen, []);
  });

  it("is gone when the daemon doesn't have it", async () => {
    assert.equal((await setup.plugin.read(urn, "id", { name }, { name })).id, "");
  });
});
