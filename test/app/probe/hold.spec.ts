import assert from "node:assert/strict";

import { systemClock } from "../../../app/probe/clock";
import { hold } from "../../../app/probe/hold";
import type { HeldConnection } from "../../../app/probe/hold";
import { ManualClock } from "./manualClock.ts";
import { TestServer, unusedPort } from "./servers.ts";

const LONG_MS = 60_000;

describe("hold", () => {
  let server: TestServer;
  let clock: ManualClock;
  let abort: AbortController;

  beforeEach(async () => {
    server = await TestServer.listen();
    clock = new ManualClock();
    abort = new AbortController();
  });

  afterEach(async () => {
    abort.abort();
    await server.close();
  });

  function start(observeMs = LONG_MS): Promise<HeldConnection> {
    return hold({ host: "127.0.0.1", port: server.port, observeMs }, clock, abort.signal);
  }

  it("takes the peer's FIN for the end, at the moment it is seen", async () => {
    const held = await start();
    const peer = await server.accepted();
    assert.equal(peer.remotePort, held.localPort);
    clock.nowMs += 10_001.2345;
    peer.end();
    assert.deepEqual(await held.ended, {
      host: "127.0.0.1",
      port: server.port,
      localPort: held.localPort,
      localAddress: "127.0.0.1",
      connectedAt: "2026-01-02T03:04:05.678Z",
      heldMs: 10_001.235,
      end: "fin",
    });
  });

  it("tells a reset from an orderly close", async () => {
    const held = await start();
    clock.nowMs += 7000;
    (await server.accepted()).resetAndDestroy();
    const { end, error, heldMs } = await held.ended;
    assert.deepEqual({ end, error, heldMs }, { end: "reset", error: "ECONNRESET", heldMs: 7000 });
  });

  it("records when the server last sent something, and sees the FIN behind it", async () => {
    const held = await start();
    const peer = await server.accepted();
    clock.nowMs += 3000;
    peer.end("greeting");
    const { end, lastByteMs, heldMs } = await held.ended;
    assert.deepEqual({ end, lastByteMs, heldMs }, { end: "fin", lastByteMs: 3000, heldMs: 3000 });
  });

  it("sends nothing and closes the connection itself when the window is over", async () => {
    const held = await hold(
      { host: "127.0.0.1", port: server.port, observeMs: 40 },
      systemClock,
      abort.signal,
    );
    const peer = await server.accepted();
    const closed = new Promise((resolve) => peer.once("end", resolve));
    const sample = await held.ended;
    assert.equal(sample.end, "open");
    assert.ok(sample.heldMs >= 40, `a lower bound of 40 ms, got ${sample.heldMs}`);
    await closed;
    assert.equal(peer.bytesRead, 0);
  });

  it("keeps a connection busy where that is asked for, until its end", async () => {
    const spec = { host: "127.0.0.1", port: server.port, observeMs: LONG_MS, pingEveryMs: 5 };
    const held = await hold(spec, clock, abort.signal);
    const peer = await server.accepted();
    let heard = "";
    await new Promise<void>((resolve) => {
      peer.setEncoding("utf8").on("data", (part: string) => {
        heard += part;
        if (heard.length >= 12) {
          resolve();
        }
      });
    });
    assert.match(heard, /^(PING\r\n)+$/);
    clock.nowMs += 45_000;
    peer.write("-NOAUTH\r\n");
    peer.end();
    const { end, heldMs, lastByteMs } = await held.ended;
    assert.deepEqual(
      { end, heldMs, lastByteMs },
      { end: "fin", heldMs: 45_000, lastByteMs: 45_000 },
    );
  });

  it("does not end the window before the clock says so, however early a timer fires", async () => {
    const held = await start(5);
    const ended = held.ended.then(() => true);
    const later = new Promise<boolean>((resolve) => setTimeout(resolve, 30, false));
    assert.equal(await Promise.race([ended, later]), false);
    clock.nowMs += 5.5;
    assert.equal((await held.ended).heldMs, 5.5);
  });

  it("says for how long the connection stands", async () => {
    const held = await start();
    clock.nowMs += 2500;
    assert.equal(held.heldMs(), 2500);
  });

  it("lets the connection go when it is given up", async () => {
    await start();
    const peer = await server.accepted();
    const closed = new Promise((resolve) => peer.once("end", resolve));
    abort.abort();
    await closed;
  });

  it("names the errno and the endpoint when nothing listens", async () => {
    const port = await unusedPort();
    await assert.rejects(
      hold({ host: "127.0.0.1", port, observeMs: LONG_MS }, clock, abort.signal),
      { message: `ECONNREFUSED 127.0.0.1:${port}` },
    );
  });
});
