import assert from "node:assert/strict";

import { mongodb } from "../../../../../app/probe/middleware/mongodb/mongodb.ts";
import { hex, scripted } from "../scripted.ts";
import { answer, question } from "./messages.ts";

/** Recorded exchange of the probe with a FerretDB 1.24.2, byte for byte. */
const HELLO = hex(`
  340000000100000000000000dd07000000000000001f0000001068656c6c6f0001000000022464620006000000
  61646d696e0000`);
const HELLO_ANSWER = hex(`
  fb0000000100000001000000dd0700000000000000e60000000869735772697461626c655072696d617279000110
  6d617842736f6e4f626a65637453697a650000000001106d61784d65737361676553697a65427974657300006cdc
  02106d61785772697465426174636853697a6500a0860100096c6f63616c54696d65000e8d7407a2010000106c6f
  676963616c53657373696f6e54696d656f75744d696e75746573001e00000010636f6e6e656374696f6e4964002a
  000000106d696e5769726556657273696f6e0000000000106d61785769726556657273696f6e0015000000087265
  61644f6e6c790000016f6b00000000000000f03f00`);
const PING = hex(`
  330000000100000000000000dd07000000000000001e0000001070696e67000100000002246462000600000061646d
  696e0000`);
const PING_ANSWER = hex(
  "260000000200000001000000dd070000000000000011000000016f6b00000000000000f03f00",
);

describe("mongodb", () => {
  describe("open", () => {
    it("says hello, and no more without credentials", async () => {
      const { channel, assertDone } = scripted([{ expect: HELLO, answer: HELLO_ANSWER }]);
      assert.equal(await mongodb.open(channel, {}), undefined);
      assertDone();
    });

    it("asks which mechanisms there are for the user, and tells in one line why it is refused", async () => {
      const { channel } = scripted([
        {
          expect: question({ hello: 1, saslSupportedMechs: "admin.root" }),
          answer: answer({ isWritablePrimary: true, ok: 1 }),
        },
      ]);
      // The login chooses its nonce at random, so the script covers the first question only.
      let asked = 0;
      const refusing = {
        exchange: (request: Buffer, parse: never) => {
          asked += 1;
          return asked === 1
            ? channel.exchange(request, parse)
            : Promise.resolve({
                ok: 0,
                errmsg: "Authentication\nfailed.",
                code: 18,
                codeName: "AuthenticationFailed",
              });
        },
      } as never;
      await assert.rejects(mongodb.open(refusing, { username: "root", password: "no" }), {
        message:
          "MongoDB answered saslStart with: Authentication failed. (18 AuthenticationFailed)",
      });
    });

    it("refuses a server of another protocol", async () => {
      const { channel } = scripted([{ expect: HELLO, answer: "-ERR unknown command\r\n" }]);
      await assert.rejects(mongodb.open(channel, {}), {
        message: `not an answer of MongoDB: 0x${Buffer.from("-ERR unknown com").toString("hex")}`,
      });
    });

    it("refuses an answer to something else", async () => {
      const other = Buffer.from(HELLO_ANSWER);
      other.writeInt32LE(7, 8);
      const { channel } = scripted([{ expect: HELLO, answer: other }]);
      await assert.rejects(mongodb.open(channel, {}), {
        message: "not the answer of MongoDB to the probe's question",
      });
    });

    it("rejects when the server hangs up in the middle", async () => {
      const turns = [{ expect: HELLO, answer: HELLO_ANSWER.subarray(0, 100) }];
      const { channel } = scripted(turns, { hangUp: true });
      await assert.rejects(mongodb.open(channel, {}), {
        message: "the connection was closed before the whole answer came",
      });
    });
  });

  it("pings", async () => {
    const { channel, assertDone } = scripted([{ expect: PING, answer: PING_ANSWER }]);
    await mongodb.ping!(channel);
    assertDone();
  });

  it("knows neither a limit nor a question that takes its time", () => {
    assert.equal(mongodb.slow, undefined);
    assert.equal(mongodb.idleLimit, undefined);
  });
});
