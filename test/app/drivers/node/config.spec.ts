import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readConfig } from "../../../../app/drivers/node/config.ts";

describe("readConfig", () => {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  const path = join(folder, "config.json");

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("reads what is mounted", () => {
    const config = { idleMs: 2, idleTimeoutMs: 1, drivers: ["node-redis"], servers: {} };
    writeFileSync(path, JSON.stringify(config));
    assert.deepEqual(readConfig(path), config);
  });

  it("repeats nothing of a file that is no configuration", () => {
    writeFileSync(path, '{"servers":{"redis":{"password":"secret"');
    assert.throws(() => readConfig(path), { message: `${path} holds no JSON` });
  });
});
