import assert from "node:assert/strict";

import { connect, formatTarget, plainAddress } from "../../../app/probe/connect.ts";
import { ResettingServer, SilentServer, TestServer } from "./servers.ts";

describe("connect", () => {
  it("reports a name that does not exist without a port", async () => {
    // ".invalid" is reserved never to resolve (RFC 6761).
    await assert.rejects(connect({ host: "redis.invalid", port: 6379 }), {
      message: /^(ENOTFOUND|EAI_AGAIN) redis\.invalid$/,
    });
  });

  it("gives up an endpoint that does not answer within the limit", async () => {
    const silent = await SilentServer.listen();
    try {
      await assert.rejects(connect({ host: "127.0.0.1", port: silent.port }, { limitMs: 20 }), {
        message: `ETIMEDOUT 127.0.0.1:${silent.port} did not answer within 0.02 s`,
      });
    } finally {
      await silent.close();
    }
  });

  it("gives up at once when it is told to beforehand", async () => {
    await assert.rejects(connect({ host: "127.0.0.1", port: 9 }, { signal: AbortSignal.abort() }), {
      message: "ECANCELED 127.0.0.1:9",
    });
  });

  it("tells the address of the other end, also that of a name", async () => {
    const server = await TestServer.listen();
    const { port } = server;
    try {
      for (const host of ["127.0.0.1", "localhost", "::ffff:127.0.0.1", "::FFFF:7f00:1"]) {
        const { socket, address } = await connect({ host, port });
        assert.equal(address, "127.0.0.1", host);
        socket.destroy();
      }
    } finally {
      await server.close();
    }
  });

  it("has an address for every connection, and ECONNRESET where the peer was faster", async () => {
    const resetting = await ResettingServer.listen();
    const { port } = resetting;
    const outcomes = new Set<string>();
    try {
      for (let nth = 0; nth < 50; nth++) {
        outcomes.add(
          await connect({ host: "127.0.0.1", port }).then(
            ({ socket, address }) => {
              socket.on("error", () => undefined).destroy();
              return address;
            },
            (error: unknown) => (error as Error).message,
          ),
        );
      }
    } finally {
      await resetting.close();
    }
    const expected = ["127.0.0.1", `ECONNRESET 127.0.0.1:${port}`];
    assert.deepEqual(
      [...outcomes].filter((outcome) => !expected.includes(outcome)),
      [],
    );
  });

  it("writes an IPv4 address in IPv6 as IPv4, and leaves others alone", () => {
    assert.equal(plainAddress("::ffff:10.0.0.5"), "10.0.0.5");
    assert.equal(plainAddress("10.0.0.5"), "10.0.0.5");
    assert.equal(plainAddress("2001:db8::5"), "2001:db8::5");
    assert.equal(plainAddress("::ffff:0:10.0.0.5"), "::ffff:0:10.0.0.5");
  });

  it("puts an IPv6 address in brackets", () => {
    assert.equal(formatTarget({ host: "2001:db8::5", port: 6379 }), "[2001:db8::5]:6379");
  });
});
