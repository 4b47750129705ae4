import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buildPlugins } from "../../../lab/plugins/build.ts";
import { builtPlugins } from "./harness.ts";

describe("built plugins", () => {
  it("are laid out as installed ones, in the versions the stack asks for", async () => {
    const built = await builtPlugins;
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

  it("refer to nothing in the checkout, and are the same wherever they are built", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "build-"));
    try {
      const [first, second] = [await builtPlugins, await buildPlugins(elsewhere)];
      for (const [index, plugin] of first.entries()) {
        const bundle = readFileSync(join(plugin.folder, "index.cjs"), "utf8");
        assert.equal(bundle.includes(process.cwd()), false);
        assert.equal(bundle, readFileSync(join(second[index]!.folder, "index.cjs"), "utf8"));
      }
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});
