import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";

import { connect } from "../../../app/probe/connect.ts";
import { lastAnswer } from "../../../app/probe/lastAnswer.ts";
import { Channel } from "../../../app/probe/middleware/channel.ts";
import { protocols } from "../../../app/probe/middleware/protocols.ts";
import { TestServer } from "./servers.ts";

describe("lastAnswer", () => {
  let server: TestServer;
  let socket: Socket;
  let peer: Socket;

  beforeEach(async () => {
    server = await TestServer.listen();
    ({ socket } = await connect({ host: "127.0.0.1", port: server.port }));
    socket.on("error", () => undefined);
    peer = await server.accepted();
  });

  afterEach(async () => {
    socket.destroy();
    await server.close();
  });

  it("is ok where the endpoint answers", async () => {
    const answer = lastAnswer(protocols.redis, new Channel(socket));
    await once(peer, "data");
    peer.write("+PONG\r\n");
    assert.equal(await answer, "ok");
  });

  it("tells how the connection ended in place of an answer", async () => {
    const answer = lastAnswer(protocols.redis, new Channel(socket));
    await once(peer, "data");
    peer.resetAndDestroy();
    assert.equal(await answer, "ECONNRESET before the whole answer came");
  });

  it("is a timeout after too long a silence", async () => {
    const channel = new Channel(socket);
    assert.equal(await lastAnswer(protocols.redis, channel, undefined, 20), "ETIMEDOUT");
  });

  it("is that of a question which is asked already, without another one", async () => {
    const channel = new Channel(socket);
    assert.equal(await lastAnswer(protocols.redis, channel, Promise.resolve()), "ok");
    assert.equal(peer.bytesRead, 0);
  });

  it("asks nothing where nothing is spoken", async () => {
    assert.equal(await lastAnswer(protocols.tcp, new Channel(socket)), undefined);
    assert.equal(peer.bytesRead, 0);
  });
});
