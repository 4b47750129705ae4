import assert from "node:assert/strict";

import { encodeBson } from "../../../../../app/probe/middleware/mongodb/bson.ts";
import type { BsonDocument } from "../../../../../app/probe/middleware/mongodb/bson.ts";
import { mongodb } from "../../../../../app/probe/middleware/mongodb/mongodb.ts";
import { login } from "../../../../../app/probe/middleware/mongodb/login.ts";
import { hex, scripted } from "../scripted.ts";
import type { Turn } from "../scripted.ts";

/** What a FerretDB 1.24.2 and the probe really said to each other, byte for byte. */
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

const NONCE = "rOprNGfwEbeRWgbNEkqO";

/** An answer to the probe's one question. */
function answer(body: Record<string, unknown>): Buffer {
  const document = encodeBson(body as BsonDocument);
  const header = Buffer.alloc(21);
  header.writeInt32LE(21 + document.length, 0);
  header.writeInt32LE(1, 8);
  header.writeInt32LE(2013, 12);
  return Buffer.concat([header, document]);
}

function question(body: Record<string, unknown>): Buffer {
  const bytes = answer({ ...body, $db: "admin" });
  bytes.writeInt32LE(1, 4);
  bytes.writeInt32LE(0, 8);
  return bytes;
}

function start(mechanism: string, username: string): Buffer {
  return question({
    saslStart: 1,
    mechanism,
    payload: Buffer.from(`n,,n=${username},r=${NONCE}`),
    options: { skipEmptyExchange: true },
  });
}

const proceed = (payload: string): Buffer =>
  question({ saslContinue: 1, conversationId: 1, payload: Buffer.from(payload) });

const step = (payload: string, done = false): Buffer =>
  answer({ conversationId: 1, done, payload: Buffer.from(payload), ok: 1 });

/** The example of RFC 7677. */
const SERVER_FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const CLIENT_FINAL = `c=biws,r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`;
const SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

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
      // The login has a nonce of its own: the script ends with the first question.
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
        message: "not the answer of MongoDB to what it was asked",
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

  describe("login", () => {
    const sha256: Turn[] = [
      { expect: start("SCRAM-SHA-256", "user"), answer: step(SERVER_FIRST) },
      { expect: proceed(CLIENT_FINAL), answer: step(SERVER_FINAL, true) },
    ];

    it("is by SCRAM-SHA-256 where the server has it for the user, or does not tell", async () => {
      for (const mechanisms of [["SCRAM-SHA-1", "SCRAM-SHA-256"], undefined]) {
        const { channel, assertDone } = scripted(sha256);
        await login(channel, "user", "pencil", mechanisms, NONCE);
        assertDone();
      }
    });

    it("ends with an empty exchange where the server wants one", async () => {
      const { channel, assertDone } = scripted([
        sha256[0]!,
        { expect: proceed(CLIENT_FINAL), answer: step(SERVER_FINAL) },
        { expect: proceed(""), answer: step("", true) },
      ]);
      await login(channel, "user", "pencil", undefined, NONCE);
      assertDone();
    });

    it("is by SCRAM-SHA-1 with MongoDB's digest where the server has only that", async () => {
      // As a FerretDB 1.24.2 accepted it.
      const both = `${NONCE}ETlKeRpJ+Mk3GtCeQWiaODe5UZAEPtXD`;
      const { channel, assertDone } = scripted([
        {
          expect: start("SCRAM-SHA-1", "root"),
          answer: step(`r=${both},s=VesNCFDaSLLJKC43HaUmfg==,i=10000`),
        },
        {
          expect: proceed(`c=biws,r=${both},p=k+AwVG98xYvmaZwL8xixrYpRFIA=`),
          answer: step("v=fMMSkzacUfbq1cc5MAytdUSY+vE=", true),
        },
      ]);
      await login(channel, "root", "pw", ["SCRAM-SHA-1"], NONCE);
      assertDone();
    });

    it("writes commas and equals signs in a name in SCRAM's way", async () => {
      const { channel, assertDone } = scripted([
        {
          expect: start("SCRAM-SHA-256", "a=3Db=2Cc"),
          answer: answer({ ok: 0, errmsg: "no", code: 18 }),
        },
      ]);
      await assert.rejects(login(channel, "a=b,c", "pw", undefined, NONCE), {
        message: "MongoDB answered saslStart with: no (18)",
      });
      assertDone();
    });

    it("tells in one line why the server refuses a password", async () => {
      const { channel } = scripted([
        sha256[0]!,
        {
          expect: proceed(CLIENT_FINAL),
          answer: answer({
            ok: 0,
            errmsg: "Authentication failed.",
            code: 18,
            codeName: "AuthenticationFailed",
          }),
        },
      ]);
      await assert.rejects(login(channel, "user", "pencil", undefined, NONCE), {
        message:
          "MongoDB answered saslContinue with: Authentication failed. (18 AuthenticationFailed)",
      });
    });

    it("refuses a server that does not know the password", async () => {
      const { channel } = scripted([
        sha256[0]!,
        { expect: proceed(CLIENT_FINAL), answer: step("v=AAAA", true) },
      ]);
      await assert.rejects(login(channel, "user", "pencil", undefined, NONCE), {
        message: "MongoDB did not prove that it knows the password too: is it the right server?",
      });
    });

    it("sends no proof to a server with another nonce, or with too few or too many rounds", async () => {
      const refusals: [serverFirst: string, message: string][] = [
        [
          "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
          "the server's SCRAM-SHA-256 does not go on with the client's nonce",
        ],
        [
          `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
          "the server's SCRAM-SHA-256 does not go on with the client's nonce",
        ],
        [
          `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1`,
          "the server's SCRAM-SHA-256 has 1 iterations: from 4096 to 1000000 are accepted",
        ],
        [
          `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=\u001b[2J`,
          "the server's SCRAM-SHA-256 has [2J iterations: from 4096 to 1000000 are accepted",
        ],
        [
          `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000`,
          "the server's SCRAM-SHA-256 has 2000000000 iterations: from 4096 to 1000000 are accepted",
        ],
      ];
      for (const [serverFirst, message] of refusals) {
        const { channel, assertDone } = scripted([
          { expect: start("SCRAM-SHA-256", "user"), answer: step(serverFirst) },
        ]);
        await assert.rejects(login(channel, "user", "pencil", undefined, NONCE), { message });
        assertDone();
      }
    });
  });
});
