import assert from "node:assert/strict";
import { parseReference, pinnedName } from "../../../../../lab/plugins/docker/image/reference.ts";

describe("an image's name", () => {
  for (const [name, registry, path, tag, digest, qualified] of [
    ["redis", "docker.io", "library/redis", undefined, undefined, false],
    ["redis:7", "docker.io", "library/redis", "7", undefined, false],
    ["me/app:1", "docker.io", "me/app", "1", undefined, false],
    ["docker.io/redis", "docker.io", "library/redis", undefined, undefined, true],
    ["localhost:5000/a/b:1", "localhost:5000", "a/b", "1", undefined, true],
    ["localhost:5000/a", "localhost:5000", "a", undefined, undefined, true],
    ["r.example/a@sha256:1", "r.example", "a", undefined, "sha256:1", true],
    ["r.example/a:2@sha256:1", "r.example", "a", "2", "sha256:1", true],
  ] as const) {
    it(`${name} is taken apart`, () => {
      assert.deepEqual(parseReference(name), { registry, path, tag, digest, qualified });
    });
  }

  it("is pinned by its digest", () => {
    assert.equal(pinnedName(parseReference("h:1/a:t"), "sha256:x"), "h:1/a@sha256:x");
  });
});
