import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAUSE_IMAGE, REGISTRY } from "../../../lab/build/images.ts";
import { registryDigest } from "./outside.ts";
import { image } from "./resources.ts";
import { TestStack } from "./testStack.ts";
import { folder, newName } from "./workspace.ts";

/** A folder with a Dockerfile that copies the file beside it. */
function buildContext(content: string): string {
  const context = mkdtempSync(join(folder, "context-"));
  const dockerfile = "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY content /content\n";
  writeFileSync(join(context, "Dockerfile"), dockerfile);
  writeFileSync(join(context, "content"), content);
  return context;
}

describe("docker Image", () => {
  it("is built and pushed, left alone, rebuilt for a changed file, and stays when deleted", async () => {
    const stack = await TestStack.create();
    const repository = newName();
    const name = `${REGISTRY}/${repository}:one`;
    const context = buildContext("first");
    const previewed = await stack.preview(image(name, context));
    assert.deepEqual(previewed.steps, ["create built"]);
    assert.equal(await registryDigest(repository, "one"), undefined, "a preview pushes nothing");

    await stack.up(image(name, context));
    const first = await registryDigest(repository, "one");
    assert.equal(stack.state().built!.outputs.repoDigest, `${REGISTRY}/${repository}@${first!}`);
    assert.deepEqual((await stack.up(image(name, context))).steps, []);
    assert.deepEqual((await stack.refresh()).steps, []);

    writeFileSync(join(context, "content"), "second");
    assert.deepEqual((await stack.up(image(name, context))).steps, ["update built"]);
    const second = await registryDigest(repository, "one");
    assert.notEqual(second, first);
    assert.equal(stack.state().built!.outputs.repoDigest, `${REGISTRY}/${repository}@${second!}`);
    await stack.destroy();
    assert.equal(await registryDigest(repository, "one"), second);
  });

  it("that can't be built fails with the daemon's words", async () => {
    const stack = await TestStack.create();
    const context = buildContext("");
    writeFileSync(join(context, "Dockerfile"), `FROM ${PAUSE_IMAGE}\nCOPY missing-file /\n`);
    const run = await stack.upFailing(image(`${REGISTRY}/${newName()}:one`, context));
    assert.match(run.errors, /COPY failed.*missing-file/);
    assert.deepEqual(stack.state(), {});
  });

  it("whose name says no registry is refused before anything is built", async () => {
    const stack = await TestStack.create();
    const run = await stack.previewFailing(image("unqualified:one", buildContext("")));
    assert.match(run.errors, /must be canonical|fully qualified/);
  });
});
