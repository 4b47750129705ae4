import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buildPlugins } from "../../../lab/plugins/build.ts";

describe("built plugins", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "build-"));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("are laid out as installed ones, in the versions the stack asks for", async () => {
    const built = await buildPlugins(join(folder, "plugins"));
    assert.deepEqual(
      built.map((plugin) => basename(plugin.folder)),
      ["resource-command-v1.2.1", "resource-docker-v5.2.0", "resource-kubernetes-v4.29.0"],
    );
    for (const plugin of built) {
      const launcher = `pulumi-resource-${plugin.name}`;
      assert.deepEqual(readdirSync(plugin.folder).sort(), ["index.cjs", launcher]);
      assert.equal(statSync(join(plugin.folder, launcher)).mode & 0o111, 0o111);
    }
  });

  it("refer to nothing in the checkout, and are the same each time", async () => {
    const [first, second] = await Promise.all([
      buildPlugins(join(folder, "one")),
      buildPlugins(join(folder, "two")),
    ]);
    for (const [index, plugin] of first.entries()) {
      const bundle = readFileSync(join(plugin.folder, "index.cjs"), "utf8");
      assert.equal(bundle.includes(process.cwd()), false);
      assert.equal(bundle, readFileSync(join(second[index]!.folder, "index.cjs"), "utf8"));
    }
  });
});
