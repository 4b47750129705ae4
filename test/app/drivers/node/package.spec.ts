import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../../../..");

function manifest(folder: string): Record<string, Record<string, string>> {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
}

describe("the drivers of Node.js", () => {
  it("are tested in the very versions that their image has", () => {
    const inImage = manifest("app/drivers/node").dependencies ?? {};
    const here = manifest("").devDependencies ?? {};
    assert.deepEqual(
      Object.fromEntries(Object.keys(inImage).map((name) => [name, here[name]])),
      inImage,
    );
  });

  it("are pinned, and fetched by no address of a registry", () => {
    for (const version of Object.values(manifest("app/drivers/node").dependencies ?? {})) {
      assert.match(version, /^\d+\.\d+\.\d+$/);
    }
    const lock = readFileSync(join(ROOT, "app/drivers/node/package-lock.json"), "utf8");
    assert.doesNotMatch(lock, /"resolved"/);
  });
});
