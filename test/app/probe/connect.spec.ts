import assert from "node:assert/strict";

import { connect, formatTarget } from "../../../app/probe/connect.ts";
import { SilentServer } from "./servers.ts";

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

  it("puts an IPv6 address in brackets", () => {
    assert.equal(formatTarget({ host: "2001:db8::5", port: 6379 }), "[2001:db8::5]:6379");
  });
});
