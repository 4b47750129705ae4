import assert from "node:assert/strict";
import { once } from "node:events";

import { awaitServer } from "../../../../app/drivers/node/reach.ts";
import { TestServer, unusedPort } from "../../probe/servers.ts";

describe("awaitServer", () => {
  it("settles when the server takes a connection, which it closes", async () => {
    const server = await TestServer.listen();
    try {
      await awaitServer({ host: "127.0.0.1", port: server.port }, 10_000);
      const peer = await server.accepted();
      if (!peer.readableEnded) {
        await once(peer, "end");
      }
      assert.equal(peer.bytesRead, 0);
    } finally {
      await server.close();
    }
  });

  it("rejects with the last attempt's error when the time is over", async () => {
    const port = await unusedPort();
    await assert.rejects(awaitServer({ host: "127.0.0.1", port }, 100), { code: "ECONNREFUSED" });
  });
});
