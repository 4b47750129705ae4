import assert from "node:assert/strict";

import { redis } from "../../../../../app/probe/middleware/redis/redis.ts";
import { parseResp } from "../../../../../app/probe/middleware/redis/resp.ts";
import { scripted } from "../scripted.ts";

const PING = "*1\r\n$4\r\nPING\r\n";
const CONFIG_GET = "*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$7\r\ntimeout\r\n";
const NOAUTH = "-NOAUTH Authentication required.\r\n";

describe("redis", () => {
  describe("open", () => {
    it("sends the password alone where no user is named", async () => {
      const { channel, assertDone } = scripted([
        { expect: "*2\r\n$4\r\nAUTH\r\n$6\r\np w\r\nd\r\n", answer: "+OK\r\n" },
      ]);
      assert.equal(await redis.open(channel, { password: "p w\r\nd" }), undefined);
      assertDone();
    });

    it("sends user and password, with their lengths in bytes", async () => {
      const { channel, assertDone } = scripted([
        { expect: "*3\r\n$4\r\nAUTH\r\n$5\r\nprobe\r\n$5\r\ngehé\r\n", answer: "+OK\r\n" },
      ]);
      assert.equal(await redis.open(channel, { username: "probe", password: "gehé" }), undefined);
      assertDone();
    });

    it("tells in one line why the server refuses a password", async () => {
      const { channel } = scripted([
        {
          expect: "*2\r\n$4\r\nAUTH\r\n$2\r\nno\r\n",
          answer: "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
        },
      ]);
      await assert.rejects(redis.open(channel, { password: "no" }), {
        message:
          "Redis answered AUTH with: WRONGPASS invalid username-password pair or user is disabled.",
      });
    });

    it("is content with any answer to a ping without a password", async () => {
      const open = scripted([{ expect: PING, answer: "+PONG\r\n" }]);
      assert.equal(await redis.open(open.channel, {}), undefined);
      const closed = scripted([{ expect: PING, answer: NOAUTH }]);
      assert.equal(await redis.open(closed.channel, {}), "Redis wants a password (NOAUTH)");
    });

    it("refuses a server that is not of use, or none of Redis", async () => {
      const loading = scripted([
        { expect: PING, answer: "-LOADING Redis is loading the dataset in memory\r\n" },
      ]);
      await assert.rejects(redis.open(loading.channel, {}), {
        message: "Redis answered PING with: LOADING Redis is loading the dataset in memory",
      });
      const web = scripted([{ expect: PING, answer: "HTTP/1.1 400 Bad Request\r\n" }]);
      await assert.rejects(redis.open(web.channel, {}), {
        message: /^not an answer of Redis: "H/,
      });
      const loud = scripted([{ expect: PING, answer: "$5\r\n\u009b\u202e\r\n" }]);
      await assert.rejects(redis.open(loud.channel, {}), {
        message: 'Redis answered PING with: " "',
      });
    });

    it("rejects when the server hangs up in the middle", async () => {
      const { channel } = scripted([{ expect: PING, answer: "+PO" }], { hangUp: true });
      await assert.rejects(redis.open(channel, {}), {
        message: "the connection was closed before the whole answer came",
      });
    });
  });

  it("pings, with or without a login", async () => {
    const { channel, assertDone } = scripted([
      { expect: PING, answer: "+PONG\r\n" },
      { expect: PING, answer: NOAUTH },
    ]);
    await redis.ping!(channel);
    await redis.ping!(channel);
    assertDone();
  });

  describe("slow", () => {
    it("waits for a key of its own, which nobody fills", async () => {
      const keys: string[] = [];
      const exchange = (request: Buffer): Promise<unknown> => {
        const [, key] =
          /^\*3\r\n\$5\r\nBLPOP\r\n\$55\r\n(istio-idle-timeout:[0-9a-f-]{36})\r\n\$3\r\n2\.5\r\n$/.exec(
            request.toString(),
          ) ?? [];
        assert.ok(key !== undefined, request.toString());
        keys.push(key);
        return Promise.resolve(parseResp(Buffer.from("*-1\r\n"))?.value);
      };
      const channel = { exchange } as never;
      await redis.slow!(channel, 2500);
      await redis.slow!(channel, 2500);
      assert.notEqual(keys[0], keys[1]);
    });

    it("tells what the server refuses it with", async () => {
      const answer = parseResp(Buffer.from("-NOPERM this user has no permissions\r\n"))?.value;
      const channel = { exchange: () => Promise.resolve(answer) } as never;
      await assert.rejects(redis.slow!(channel, 1000), {
        message: "Redis answered BLPOP with: NOPERM this user has no permissions",
      });
    });
  });

  describe("idleLimit", () => {
    it("is the server's timeout, in ms", async () => {
      const { channel } = scripted([
        { expect: CONFIG_GET, answer: "*2\r\n$7\r\ntimeout\r\n$3\r\n300\r\n" },
        { expect: CONFIG_GET, answer: "*2\r\n$7\r\ntimeout\r\n$1\r\n0\r\n" },
      ]);
      assert.deepEqual(await redis.idleLimit!(channel), { setting: "timeout", ms: 300_000 });
      assert.deepEqual(await redis.idleLimit!(channel), { setting: "timeout", ms: 0 });
    });

    it("is unknown where the server does not tell", async () => {
      const { channel } = scripted([
        { expect: CONFIG_GET, answer: "-NOPERM User probe has no permissions\r\n" },
        { expect: CONFIG_GET, answer: "*0\r\n" },
        { expect: CONFIG_GET, answer: "*2\r\n$7\r\ntimeout\r\n$5\r\nnever\r\n" },
      ]);
      assert.equal(await redis.idleLimit!(channel), undefined);
      assert.equal(await redis.idleLimit!(channel), undefined);
      assert.equal(await redis.idleLimit!(channel), undefined);
    });
  });
});
