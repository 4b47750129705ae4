import assert from "node:assert/strict";
import { effectOf } from "../../report/driverEffect.ts";
import type { DriverRecord, DriverRow } from "../../model/driverRecord.ts";
import type { LabStack } from "../../lab/use/stack.ts";
import { devStack, pulumiUp } from "./support.ts";

/** What each case comes to behind a 12 s idle timeout. */
const WITH_SIDECAR = {
  "go-memcached, defaults": "failedOnce",
  "go-memcached, advised": "hidden",
  "go-mongodb, defaults": "hidden",
  "go-mongodb, command": "failedOnce",
  "go-mongodb, advised": "hidden",
  "go-mysql, defaults": "hidden",
  "go-mysql, TCP keepalive": "failedOnce",
  "go-mysql, held transaction": "failed",
  "go-mysql, no liveness check": "failedOnce",
  "go-mysql, advised": "hidden",
  "go-mysql, advised, no liveness check": "hidden",
  "go-redis, defaults": "hidden",
  "go-redis, held connection": "failed",
  "go-redis, no retries": "hidden",
  "go-redis, advised": "hidden",
  "node-ioredis, defaults": "hidden",
  "node-ioredis, no reconnect": "failed",
  "node-ioredis, advised": "lived",
  "node-mongodb, defaults": "hidden",
  "node-mongodb, command": "hidden",
  "node-mongodb, advised": "hidden",
  "node-mysql2, defaults": "hidden",
  "node-mysql2, no error listener": "crashed",
  "node-mysql2, single connection": "failed",
  "node-mysql2, advised": "hidden",
  "node-redis, defaults": "hidden",
  "node-redis, no error listener": "crashed",
  "node-redis, advised": "lived",
} as const;

describe("real drivers behind an idle timeout of 12 s", () => {
  let stack: LabStack;
  let record: DriverRecord;

  before(async function () {
    this.timeout(240_000);
    stack = await devStack("e2e-drivers", {
      timeout: "12s",
      middleware: "redis,memcached,mysql,mongodb",
      drivers: "all",
    });
    await pulumiUp(stack);
    record = (await stack.outputs()).drivers as DriverRecord;
  });

  after(async function () {
    this.timeout(120_000);
    await stack.remove();
  });

  function effects(probe: DriverRow["probe"]): Record<string, string> {
    const rows = record.rows.filter((row) => row.probe === probe);
    return Object.fromEntries(rows.map((row) => [`${row.driver}, ${row.case}`, effectOf(row)]));
  }

  function rowOf(driver: string, name: string): DriverRow {
    const found = record.rows.find(
      (row) => row.probe === "withSidecar" && row.driver === driver && row.case === name,
    );
    assert.ok(found, `${driver}, ${name}`);
    return found;
  }

  it("hide it, fail or end the process, and do none of that with the advised settings", () => {
    assert.deepEqual(effects("withSidecar"), WITH_SIDECAR);
  });

  it("lose nothing without a sidecar, but what they are advised to close themselves", () => {
    assert.deepEqual(
      effects("withoutSidecar"),
      Object.fromEntries(
        Object.entries(WITH_SIDECAR).map(([name, effect]) => [
          name,
          name.includes("advised") ? effect : "lived",
        ]),
      ),
    );
  });

  it('say "invalid connection" in Go, for a transaction and without a look at the connection', () => {
    const error = { name: "mysql.ErrInvalidConn", message: "invalid connection" };
    for (const name of ["held transaction", "no liveness check", "TCP keepalive"]) {
      const { first, said } = rowOf("go-mysql", name);
      assert.deepEqual(first?.error, error, name);
      assert.match(said.join("\n"), /unexpected EOF$/);
    }
    assert.deepEqual(rowOf("go-mysql", "held transaction").second?.error, {
      name: "driver.ErrBadConn",
      message: "driver: bad connection",
    });
    assert.match(
      rowOf("go-mysql", "defaults").said.join("\n"),
      /closing bad idle connection: EOF$/,
    );
  });

  it("lose the very connections that the sidecar says it closed for being idle", () => {
    for (const [driver, name] of [
      ["go-mysql", "defaults"],
      ["go-mysql", "held transaction"],
      ["go-mysql", "TCP keepalive"],
      ["go-memcached", "defaults"],
      ["go-redis", "defaults"],
      ["node-ioredis", "no reconnect"],
      ["node-mysql2", "single connection"],
      ["node-redis", "no error listener"],
    ] as const) {
      const [connection] = rowOf(driver, name).connections;
      assert.ok(connection?.proxy, `${driver}, ${name}`);
      const { openedMs, proxy } = connection;
      assert.equal(proxy.closeReason, "tcp_session_idle_timeout", `${driver}, ${name}`);
      // It was idle from a moment on that only the sidecar knows, between its beginning and the answer.
      assert.ok(proxy.durationMs >= 11_990, `${driver}, ${name}: ${proxy.durationMs} ms`);
      assert.ok(
        proxy.durationMs + openedMs <= 12_250,
        `${driver}, ${name}: ${proxy.durationMs} ms`,
      );
    }
  });

  it("are told in lines, and not measured again by a second up", async () => {
    const { driverSummary } = await stack.outputs();
    const lines = driverSummary as string;
    assert.match(lines, /go-mysql +held transaction +fails for good +"invalid connection" \(mysql/);
    await stack.run(["preview", "--expect-no-changes"]);
  });
});
