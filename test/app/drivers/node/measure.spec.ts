import assert from "node:assert/strict";
import { join } from "node:path";
import type { Row } from "../../../../app/drivers/node/row.ts";
import { usages } from "../../../../app/drivers/node/usages.ts";
import { exec } from "../../../../lab/base/exec.ts";
import { ClosingRedis } from "./closingRedis.ts";

const TIMEOUT_MS = 400;
const IDLE_MS = 1_000;

describe("drivers of Node.js that are left alone", () => {
  const redis = new ClosingRedis(TIMEOUT_MS);
  let rows: Row[];

  before(async function () {
    this.timeout(60_000);
    const config = {
      idleMs: IDLE_MS,
      idleTimeoutMs: TIMEOUT_MS,
      drivers: [],
      servers: { redis: await redis.listen() },
    };
    const cases = usages.filter(
      ({ driver, name }) =>
        driver.endsWith("redis") || (driver === "node-mysql2" && name === "defaults"),
    );
    rows = await Promise.all(
      cases.map(async ({ driver, name }) => {
        const task = JSON.stringify({ config, driver, name });
        const program = ["--import", "tsx", join(__dirname, "oneCase.ts"), task];
        return JSON.parse(await exec(process.execPath, program)) as Row;
      }),
    );
  });

  after(() => {
    redis.close();
  });

  function rowOf(driver: string, name: string): Row {
    const row = rows.find((one) => one.driver === driver && one.case === name);
    assert.ok(row, `${driver}, ${name}`);
    return row;
  }

  it("open a new connection by themselves, where that is the default", () => {
    const row = rowOf("node-ioredis", "defaults");
    assert.equal(row.version, "ioredis 6.0.0");
    assert.equal(row.first?.outcome, "ok");
    assert.equal(row.second?.outcome, "ok");
    // Timers of Node.js may be a fraction of a ms early.
    assert.ok(row.idleMs >= IDLE_MS - 1, `${row.idleMs} ms`);
    const [before = 0, after = 0] = row.connections.map(({ openedMs }) => openedMs);
    assert.ok(before < 0 && after > TIMEOUT_MS - 50, `opened at ${before} and ${after} ms`);
  });

  it("hand on an error, where they are told not to", () => {
    const row = rowOf("node-ioredis", "no reconnect");
    const error = { name: "Error", message: "Connection is closed." };
    assert.deepEqual([row.first?.error, row.second?.error], [error, error]);
    assert.equal(row.connections.length, 1);
  });

  it("keep their connection by questions of their own", () => {
    const row = rowOf("node-ioredis", "advised");
    assert.deepEqual(row.settings, ["setInterval(() => redis.ping(), 200)"]);
    assert.equal(row.first?.outcome, "ok");
    assert.equal(row.connections.length, 1);
  });

  it("tell unasked that the connection is gone", () => {
    const row = rowOf("node-redis", "defaults");
    assert.ok(row.said.includes("error event: Socket closed unexpectedly"), row.said.join("; "));
    assert.equal(row.first?.outcome, "ok");
  });

  it("end the process where nobody listens to that", () => {
    const { crash, first } = rowOf("node-redis", "no error listener");
    assert.equal(first, undefined);
    assert.deepEqual(crash?.error, {
      name: "SocketClosedUnexpectedlyError",
      message: "Socket closed unexpectedly",
    });
    assert.ok(crash.atMs > TIMEOUT_MS - 50 && crash.atMs < IDLE_MS, `${crash.atMs} ms`);
  });

  it("say what was in the way of measuring", () => {
    const row = rowOf("node-mysql2", "defaults");
    assert.equal(row.problem, "there is no server of kind mysql");
    assert.equal(row.first, undefined);
  });
});
