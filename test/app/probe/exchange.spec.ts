import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { listen } from "../../../app/probe/exchange.ts";
import type { Answer } from "../../../app/probe/exchange.ts";

describe("listen", () => {
  let directory: string;
  let path: string;
  let server: Server;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "exchange-"));
    path = join(directory, "probe.sock");
  });

  afterEach(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  async function start(answer: Answer): Promise<void> {
    server = await listen(path, answer);
  }

  function client(): Socket {
    return connect({ path, allowHalfOpen: true }).setEncoding("utf8");
  }

  /** Sends a question in parts and returns everything that the server sends until it closes the connection. */
  async function answerTo(...parts: string[]): Promise<string> {
    const socket = client();
    let text = "";
    socket.on("data", (part: string) => {
      text += part;
    });
    for (const part of parts) {
      socket.write(part);
    }
    await once(socket, "end");
    socket.destroy();
    return text;
  }

  it("answers one line with one line, and closes", async () => {
    await start((question) => Promise.resolve({ asked: question }));
    assert.equal(
      await answerTo('{"command":', '"status"}\n'),
      '{"result":{"asked":{"command":"status"}}}\n',
    );
  });

  it("hands an error on by its message", async () => {
    await start(() => Promise.reject(new Error("no such run")));
    assert.equal(await answerTo("{}\n"), '{"error":"no such run"}\n');
  });

  it("answers a line that is no JSON with an error", async () => {
    await start(() => Promise.reject(new Error("was asked")));
    assert.match(await answerTo("{\n"), /^\{"error":"[^"]*JSON[^"]*"\}\n$/);
  });

  it("replaces what a process that crashed left at the path", async () => {
    await writeFile(path, "");
    await start(() => Promise.resolve("here"));
    assert.equal(await answerTo("{}\n"), '{"result":"here"}\n');
  });

  it("answers others when one who asked is gone before the answer", async () => {
    let finish = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      void start(async (question) => {
        if (question === "slow") {
          resolve();
          await new Promise<void>((done) => {
            finish = done;
          });
        }
        return question;
      }).then(() => {
        const impatient = client();
        impatient.write('"slow"\n', () => {
          void asked.then(() => impatient.destroy());
        });
      });
    });
    await asked;
    finish();
    assert.equal(await answerTo('"quick"\n'), '{"result":"quick"}\n');
  });

  const MAX_LINE = 65_536;

  it("takes a line of 65536 characters", async () => {
    await start((question) => Promise.resolve((question as string).length));
    assert.equal(await answerTo(`"${"x".repeat(MAX_LINE - 2)}"\n`), '{"result":65534}\n');
  });

  it("refuses a longer line, whether it ends or not", async () => {
    await start(() => Promise.reject(new Error("was asked")));
    const refusal = '{"error":"the question is longer than 65536 characters"}\n';
    assert.equal(await answerTo(`"${"x".repeat(MAX_LINE - 1)}"\n`), refusal);
    assert.equal(await answerTo("x".repeat(MAX_LINE + 1)), refusal);
  });

  it("keeps nothing that comes after a line that is too long", async () => {
    let served: Socket | undefined;
    await start(() => Promise.reject(new Error("was asked")));
    server.once("connection", (socket: Socket) => {
      served = socket;
    });
    const socket = client();
    socket.resume();
    socket.write("x".repeat(MAX_LINE + 1));
    await once(socket, "end");
    assert.equal(served?.listenerCount("data"), 0);
    // The server still reads, so that a client can finish writing.
    socket.end("y".repeat(1_048_576));
    await once(socket, "close");
  });
});
