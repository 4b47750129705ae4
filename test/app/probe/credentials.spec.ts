import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readCredentials } from "../../../app/probe/credentials.ts";

describe("readCredentials", () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "credentials-"));
    path = join(directory, "credentials.json");
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it("reads credentials by kind of middleware", async () => {
    await writeFile(path, '{"redis":{"password":"pw"}}');
    assert.deepEqual(await readCredentials(path), { redis: { password: "pw" } });
  });

  it("has none where there is no file", async () => {
    assert.deepEqual(await readCredentials(path), {});
  });

  it("does not repeat what stands in a file that is no JSON", async () => {
    await writeFile(path, '{"redis":{"password":"secret"');
    await assert.rejects(readCredentials(path), { message: `${path} holds no JSON` });
  });

  it("hands on every other error of the file system", async () => {
    await assert.rejects(readCredentials(directory), { code: "EISDIR" });
  });
});
