import assert from "node:assert/strict";

import { memcached } from "../../../../app/probe/middleware/memcached.ts";
import { scripted } from "./scripted.ts";

const VERSION = "version\r\n";
const SETTINGS = "stats settings\r\n";

describe("memcached", () => {
  it("asks for the version to open, and to ping", async () => {
    const { channel, assertDone } = scripted([
      { expect: VERSION, answer: "VERSION 1.6.18\r\n" },
      { expect: VERSION, answer: "VERSION 1.6.18\r\n" },
    ]);
    assert.equal(await memcached.open(channel, {}), undefined);
    await memcached.ping!(channel);
    assertDone();
  });

  it("tells in one line what the server refuses it with", async () => {
    const { channel } = scripted([{ expect: VERSION, answer: "CLIENT_ERROR unauthenticated\r\n" }]);
    await assert.rejects(memcached.open(channel, {}), {
      message: "memcached answered version with: CLIENT_ERROR unauthenticated",
    });
  });

  it("takes no credentials, which it would not use", async () => {
    const { channel, assertDone } = scripted([]);
    await assert.rejects(memcached.open(channel, { password: "pw" }), {
      message: "memcached: the probe can't log in to it; remove its username and password",
    });
    assertDone();
  });

  it("rejects when the server hangs up in the middle", async () => {
    const { channel } = scripted([{ expect: VERSION, answer: "VERSION 1.6" }], { hangUp: true });
    await assert.rejects(memcached.open(channel, {}), {
      message: "the connection was closed before the whole answer came",
    });
  });

  it("knows no question that takes its time", () => {
    assert.equal(memcached.slow, undefined);
  });

  describe("idleLimit", () => {
    it("is the server's idle_timeout, in ms", async () => {
      const { channel } = scripted([
        {
          expect: SETTINGS,
          answer: "STAT maxbytes 67108864\r\nSTAT idle_timeout 90\r\nSTAT hashpower 16\r\nEND\r\n",
        },
      ]);
      assert.deepEqual(await memcached.idleLimit!(channel), {
        setting: "idle_timeout",
        ms: 90_000,
      });
    });

    it("is never where the server is too old to have one", async () => {
      const { channel } = scripted([{ expect: SETTINGS, answer: "STAT maxconns 1024\r\nEND\r\n" }]);
      assert.deepEqual(await memcached.idleLimit!(channel), { setting: "idle_timeout", ms: 0 });
    });

    it("is unknown where the server gives no number of seconds", async () => {
      for (const text of ["never", "-1", "", "1e999"]) {
        const answer = `STAT idle_timeout ${text}\r\nEND\r\n`;
        const { channel } = scripted([{ expect: SETTINGS, answer }]);
        assert.equal(await memcached.idleLimit!(channel), undefined, text);
      }
    });

    it("is unknown where a proxy does not answer for the server", async () => {
      const { channel } = scripted([{ expect: SETTINGS, answer: "ERROR\r\n" }]);
      assert.equal(await memcached.idleLimit!(channel), undefined);
    });
  });
});
