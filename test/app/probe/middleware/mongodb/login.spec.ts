import assert from "node:assert/strict";

import { login } from "../../../../../app/probe/middleware/mongodb/login.ts";
import { scripted } from "../scripted.ts";
import type { Turn } from "../scripted.ts";
import { answer, question } from "./messages.ts";

const NONCE = "rOprNGfwEbeRWgbNEkqO";

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

/** Example of RFC 7677. */
const SERVER_FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const CLIENT_FINAL = `c=biws,r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`;
const SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

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
    // Recorded from a login that a FerretDB 1.24.2 accepted.
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
        "the server's SCRAM-SHA-256 answer does not continue the client's nonce",
      ],
      [
        `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
        "the server's SCRAM-SHA-256 answer does not continue the client's nonce",
      ],
      [
        `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1`,
        "the server's SCRAM-SHA-256 answer has 1 iterations; the probe accepts 4096 to 1000000",
      ],
      [
        `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=\u001b[2J`,
        "the server's SCRAM-SHA-256 answer has [2J iterations; the probe accepts 4096 to 1000000",
      ],
      [
        `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000`,
        "the server's SCRAM-SHA-256 answer has 2000000000 iterations; the probe accepts 4096 to 1000000",
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
