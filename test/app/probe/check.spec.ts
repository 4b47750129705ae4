import assert from "node:assert/strict";
import { once } from "node:events";

import { check } from "../../../app/probe/check.ts";
import type { MiddlewareKind } from "../../../app/probe/sample.ts";
import { TestServer, unusedPort } from "./servers.ts";

describe("check", () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await TestServer.listen();
  });

  afterEach(async () => {
    await server.close();
  });

  const at = (middleware: MiddlewareKind, host = "127.0.0.1") => ({
    ...{ middleware, host, port: server.port },
  });

  it("tells the address that was reached and closes the connection", async () => {
    assert.deepEqual(await check(at("tcp", "localhost"), {}), { ok: true, address: "127.0.0.1" });
    const peer = await server.accepted();
    if (!peer.readableEnded) {
      await once(peer, "end");
    }
  });

  it("logs in with the credentials of the kind", async () => {
    const checked = check(at("redis"), {
      redis: { password: "pw" },
      mysql: { password: "other" },
    });
    const peer = await server.accepted();
    const [asked] = (await once(peer, "data")) as [Buffer];
    assert.equal(asked.toString(), "*2\r\n$4\r\nAUTH\r\n$2\r\npw\r\n");
    peer.write("+OK\r\n");
    assert.deepEqual(await checked, { ok: true, address: "127.0.0.1" });
  });

  it("tells what the server refuses the login with", async () => {
    const checked = check(at("redis"), {});
    const peer = await server.accepted();
    peer.write("-ERR max number of clients reached\r\n");
    assert.deepEqual(await checked, {
      ok: false,
      error: "Redis answered PING with: ERR max number of clients reached",
    });
  });

  it("names the errno and the endpoint when nothing listens", async () => {
    const port = await unusedPort();
    assert.deepEqual(await check({ middleware: "tcp", host: "127.0.0.1", port }, {}), {
      ok: false,
      error: `ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  it("gives up a server that accepts but does not answer", async () => {
    assert.deepEqual(await check(at("redis"), {}, 20), {
      ok: false,
      error: `127.0.0.1:${server.port} accepts connections, but does not answer as redis does within 0.02 s`,
    });
  });
});
