import assert from "node:assert/strict";
import { NODE_IMAGE, PAUSE_IMAGE, REDIS_IMAGE, REGISTRY } from "../../../lab/build/images.ts";
import { docker } from "./outside.ts";
import { remoteImage } from "./resources.ts";
import { TestStack } from "./testStack.ts";
import { prefix } from "./workspace.ts";

describe("docker RemoteImage", () => {
  // The daemon needn't have an image before it is first used here.
  it("is pulled, left alone, kept or removed as keepLocally says", async () => {
    const stack = await TestStack.create();
    assert.deepEqual((await stack.up(remoteImage(REDIS_IMAGE))).steps, ["create image"]);
    const live = await docker("GET", `/images/${REDIS_IMAGE}/json`);
    const { outputs } = stack.state().image!;
    assert.equal(outputs.imageId, live.Id);
    assert.equal(outputs.repoDigest, live.RepoDigests[0]);
    assert.deepEqual((await stack.up(remoteImage(REDIS_IMAGE))).steps, []);
    assert.deepEqual((await stack.refresh()).steps, []);
    assert.deepEqual((await stack.destroy()).steps, ["delete image"]);
    assert.equal((await docker("GET", `/images/${REDIS_IMAGE}/json`))?.Id, live.Id);

    await stack.up(remoteImage(REDIS_IMAGE));
    assert.deepEqual((await stack.up(remoteImage(REDIS_IMAGE, false))).steps, ["update image"]);
    await stack.destroy();
    assert.equal(await docker("GET", `/images/${REDIS_IMAGE}/json`), undefined);
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
