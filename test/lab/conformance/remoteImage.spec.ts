import assert from "node:assert/strict";
import { MEMCACHED_IMAGE, NODE_IMAGE, PAUSE_IMAGE, REGISTRY } from "../../../lab/build/images.ts";
import { docker } from "./outside.ts";
import { remoteImage } from "./resources.ts";
import { TestStack } from "./testStack.ts";
import { prefix } from "./workspace.ts";

describe("docker RemoteImage", () => {
  it("is pulled, left alone and kept when it is deleted", async () => {
    const stack = await TestStack.create();
    // No other case uses this image.
    await docker("DELETE", `/images/${MEMCACHED_IMAGE}?force=true`);
    assert.equal(await docker("GET", `/images/${MEMCACHED_IMAGE}/json`), undefined);
    assert.deepEqual((await stack.up(remoteImage(MEMCACHED_IMAGE))).steps, ["create image"]);
    const live = await docker("GET", `/images/${MEMCACHED_IMAGE}/json`);
    const { outputs } = stack.state().image!;
    assert.equal(outputs.imageId, live.Id);
    assert.equal(outputs.repoDigest, live.RepoDigests[0]);
    assert.deepEqual((await stack.up(remoteImage(MEMCACHED_IMAGE))).steps, []);
    assert.deepEqual((await stack.refresh()).steps, []);
    assert.deepEqual((await stack.destroy()).steps, ["delete image"]);
    assert.equal((await docker("GET", `/images/${MEMCACHED_IMAGE}/json`))?.Id, live.Id);
  });

  it("is replaced by one of another name", async () => {
    const stack = await TestStack.create();
    await stack.up(remoteImage(PAUSE_IMAGE));
    assert.deepEqual((await stack.up(remoteImage(NODE_IMAGE))).steps, [
      "create-replacement image",
      "replace image",
      "delete-replaced image",
    ]);
  });

  it("that the registry doesn't have is named", async () => {
    const stack = await TestStack.create();
    const missing = `${REGISTRY}/${prefix}:nowhere`;
    const run = await stack.upFailing(remoteImage(missing));
    assert.match(run.errors, new RegExp(`${prefix}:nowhere.*not found`));
    assert.deepEqual(stack.state(), {});
  });
});
