import assert from "node:assert/strict";

import type { Parser } from "../../../../app/probe/middleware/channel.ts";
import { connected, scripted } from "./scripted.ts";

const line: Parser<string> = (received) => {
  const end = received.indexOf("\n");
  return end < 0 ? undefined : { value: received.toString("utf8", 0, end), used: end + 1 };
};

const question = Buffer.from("q\n");

describe("Channel", () => {
  it("puts an answer together from pieces", async () => {
    const { channel, assertDone } = scripted([
      { expect: "q\n", answer: "first\n" },
      { expect: "q\n", answer: "second\n" },
    ]);
    assert.equal(await channel.exchange(question, line), "first");
    assert.equal(await channel.exchange(question, line), "second");
    assertDone();
  });

  it("takes what came before it was asked for as the start of an answer", async () => {
    const { channel, say } = await connected();
    await say("greeting\nand ");
    assert.equal(await channel.exchange(undefined, line), "greeting");
    const more = channel.exchange(undefined, line);
    await say("more\n");
    assert.equal(await more, "and more");
  });

  it("hands out what came whole before the server hung up, and nothing after it", async () => {
    const { channel, say, hangUp, socket } = await connected();
    await say("bye\nand");
    hangUp();
    await new Promise((resolve) => socket.once("end", resolve));
    assert.equal(await channel.exchange(question, line), "bye");
    await assert.rejects(channel.exchange(question, line), {
      message: "the connection was closed before the whole answer came",
    });
  });

  it("gives an answer up when the server hangs up in the middle of it", async () => {
    const { channel } = scripted([{ expect: "q\n", answer: "fir" }], { hangUp: true });
    await assert.rejects(channel.exchange(question, line), {
      message: "the connection was closed before the whole answer came",
    });
  });

  it("names the error that ended the connection", async () => {
    const { channel, socket } = await connected();
    const answer = channel.exchange(question, line);
    socket.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    await assert.rejects(answer, { message: "ECONNRESET before the whole answer came" });
    await assert.rejects(channel.exchange(question, line), {
      message: "ECONNRESET before the whole answer came",
    });
  });

  it("gives an answer up when the socket is destroyed on this side", async () => {
    const { channel, socket } = await connected();
    const answer = channel.exchange(question, line);
    socket.destroy();
    await assert.rejects(answer, {
      message: "the connection was closed before the whole answer came",
    });
  });

  it("hands on what the parser says to an answer that can't be, and goes on with the next", async () => {
    const { channel, say } = await connected();
    const answer = channel.exchange(question, () => {
      throw new Error("not an answer");
    });
    await assert.rejects(answer, { message: "not an answer" });
    await say("second\n");
    assert.equal(await channel.exchange(undefined, line), "second");
  });

  it("takes no question before the last one is answered", async () => {
    const { channel, say } = await connected();
    const first = channel.exchange(question, line);
    await assert.rejects(channel.exchange(question, line), {
      message: "an answer is still awaited on this connection",
    });
    await say("first\n");
    assert.equal(await first, "first");
  });

  it("gives an answer up that never ends", async () => {
    const { channel, say } = await connected();
    const answer = channel.exchange(undefined, line);
    answer.catch(() => undefined);
    await say("x".repeat(1_048_577));
    await assert.rejects(answer, { message: "an answer is longer than 1048576 bytes" });
  });

  it("keeps up to 16 KiB that come unasked, for whoever asks later", async () => {
    const { channel, say } = await connected();
    await say(`${"x".repeat(16_383)}\n`);
    assert.equal((await channel.exchange(undefined, line)).length, 16_383);
  });

  it("keeps nothing of what comes unasked beyond that, and gives every later answer up", async () => {
    const { channel, say } = await connected();
    const kept: number[] = [];
    const count: Parser<never> = (received) => {
      kept.push(received.length);
      return undefined;
    };
    for (const part of ["x".repeat(16_385), "y".repeat(16_385), "z\n"]) {
      await say(part);
      await assert.rejects(channel.exchange(question, count), {
        message: "the server sent more than 16384 bytes unasked before the whole answer came",
      });
    }
    assert.deepEqual(kept, [0, 0, 0]);
  });
});
