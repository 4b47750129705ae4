import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contextDigest } from "../../../components/common/contextDigest.ts";

describe("contextDigest", () => {
  let folder: string;
  let before: string;
  const current = () => contextDigest(folder, ["node:22", ""]);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "context-digest-"));
    mkdirSync(join(folder, "inner"));
    writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
    writeFileSync(join(folder, "inner", "main.ts"), "export {};\n");
    before = current();
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is a tag of 16 hex digits, the same wherever the same files lie", () => {
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    folder = moved;
    chmodSync(join(folder, "Dockerfile"), 0o755);
    assert.match(before, /^[0-9a-f]{16}$/);
    assert.equal(current(), before);
  });

  it("differs with the content of a file", () => {
    writeFileSync(join(folder, "inner", "main.ts"), "export const changed = 1;\n");
    assert.notEqual(current(), before);
  });

  it("differs with the name of a file", () => {
    renameSync(join(folder, "inner", "main.ts"), join(folder, "inner", "other.ts"));
    assert.notEqual(current(), before);
  });

  it("differs with one more file", () => {
    writeFileSync(join(folder, "empty.ts"), "");
    assert.notEqual(current(), before);
  });

  it("differs with base image and platform", () => {
    assert.notEqual(contextDigest(folder, ["node:24", ""]), before);
    assert.notEqual(contextDigest(folder, ["node:22", "linux/arm64"]), before);
  });
});
