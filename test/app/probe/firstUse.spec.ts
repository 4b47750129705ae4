import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";

import { connect } from "../../../app/probe/connect.ts";
import { firstUse } from "../../../app/probe/firstUse.ts";
import { Channel } from "../../../app/probe/middleware/channel.ts";
import { protocols } from "../../../app/probe/middleware/protocols.ts";
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

  function use(end: ConnectionEnd, kind: "redis" | "tcp" = "redis"): Promise<FirstUse | undefined> {
    return firstUse(socket, end, protocols[kind], new Channel(socket));
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

  it("is answered where the connection is open", async () => {
    const used = use("open");
    await once(peer, "data");
    peer.write("+PONG\r\n");
    assert.deepEqual(await used, { firstWrite: "ok", read: "ok" });
  });

  it("tells how the answer of an open connection fails", async () => {
    const used = use("open");
    await once(peer, "data");
    peer.resetAndDestroy();
    assert.deepEqual(await used, {
      firstWrite: "ok",
      read: "ECONNRESET before the whole answer came",
    });
  });

  it("asks nothing where nothing is spoken", async () => {
    assert.deepEqual(await use("open", "tcp"), { firstWrite: "ok", read: "ok" });
    assert.equal(peer.bytesRead, 0);
  });

  it("is none where the operating system has told of the end", async () => {
    for (const end of ["reset", "error"] as const) {
      assert.equal(await use(end), undefined);
    }
  });
});
