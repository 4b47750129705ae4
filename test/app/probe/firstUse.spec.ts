import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";

import { connect } from "../../../app/probe/connect.ts";
import { firstUse } from "../../../app/probe/firstUse.ts";
import type { ConnectionEnd, FirstUse } from "../../../app/probe/sample.ts";
import { TestServer } from "./servers.ts";

describe("firstUse", () => {
  let server: TestServer;
  let socket: Socket;
  let peer: Socket;

  beforeEach(async () => {
    server = await TestServer.listen();
    const target = { host: "127.0.0.1", port: server.port };
    ({ socket } = await connect(target, { allowHalfOpen: true }));
    socket.on("error", () => undefined);
    peer = await server.accepted();
  });

  afterEach(async () => {
    socket.destroy();
    await server.close();
  });

  function use(end: ConnectionEnd, answer?: string): Promise<FirstUse | undefined> {
    return firstUse(socket, end, answer);
  }

  it("fails with the second question where the peer has closed both directions", async () => {
    socket.resume();
    peer.destroy();
    await once(socket, "end");
    assert.deepEqual(await use("fin"), { firstWrite: "ok", read: "end", secondWrite: "EPIPE" });
  });

  it("fails with neither question where the peer still reads", async () => {
    socket.resume();
    peer.end();
    await once(socket, "end");
    assert.deepEqual(await use("fin"), { firstWrite: "ok", read: "end", secondWrite: "ok" });
  });

  it("reads the answer where the connection is open", async () => {
    assert.deepEqual(await use("open", "ok"), { firstWrite: "ok", read: "ok" });
    assert.deepEqual(await use("open", "ETIMEDOUT"), { firstWrite: "ok", read: "ETIMEDOUT" });
  });

  it("is none where the connection is open and nothing is spoken", async () => {
    assert.equal(await use("open"), undefined);
  });

  it("is none where the operating system has told of the end", async () => {
    for (const end of ["reset", "error"] as const) {
      assert.equal(await use(end), undefined);
    }
  });
});
