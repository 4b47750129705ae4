import assert from "node:assert/strict";

import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { systemClock } from "../../../app/probe/clock.ts";
import type { Clock } from "../../../app/probe/clock.ts";
import { hold } from "../../../app/probe/hold.ts";
import type { Held, HoldSpec } from "../../../app/probe/hold.ts";
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

  function start(changes: Partial<HoldSpec> = {}, on: Clock = clock): Promise<Held> {
    const spec: HoldSpec = {
      ...{ middleware: "tcp", mode: "silent", repetition: 1, connection: 1 },
      ...{ host: "127.0.0.1", port: server.port, observeMs: LONG_MS },
      ...changes,
    };
    return hold(spec, { clock: on, credentials: {}, signal: abort.signal });
  }

  it("connects to the address that a name was looked up to, and is known by the name", async () => {
    const held = await start({ host: "redis.invalid", address: "127.0.0.1" });
    await server.accepted();
    assert.equal(held.status().host, "redis.invalid");
  });

  it("takes the peer's FIN for the end, at the moment it is seen", async () => {
    const held = await start();
    const peer = await server.accepted();
    const { localPort } = held.status();
    assert.equal(peer.remotePort, localPort);
    clock.nowMs += 10_001.2345;
    peer.end();
    assert.deepEqual(await held.ended, {
      middleware: "tcp",
      mode: "silent",
      repetition: 1,
      connection: 1,
      host: "127.0.0.1",
      port: server.port,
      localPort,
      localAddress: "127.0.0.1",
      remoteAddress: "127.0.0.1",
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
    const held = await start({ observeMs: 40 }, systemClock);
    const peer = await server.accepted();
    const closed = new Promise((resolve) => peer.once("end", resolve));
    const sample = await held.ended;
    assert.equal(sample.end, "open");
    assert.ok(sample.heldMs >= 40, `a lower bound of 40 ms, got ${sample.heldMs}`);
    await closed;
    assert.equal(peer.bytesRead, 0);
  });

  /** Waits until the server has received as much text as `expected`, and returns it. */
  async function heard(peer: Socket, expected: string): Promise<string> {
    let text = "";
    peer.setEncoding("utf8");
    while (text.length < expected.length) {
      text += ((await once(peer, "data")) as [string])[0];
    }
    return text;
  }

  /** Plays a Redis without password and limit, whose login takes `loginMs` by the clock. */
  async function redis({
    loginMs = 3,
    ...changes
  }: Partial<HoldSpec> & { loginMs?: number } = {}): Promise<{ held: Held; peer: Socket }> {
    const starting = start({ middleware: "redis", ...changes });
    const peer = await server.accepted();
    await once(peer, "data");
    peer.write("+PONG\r\n");
    await once(peer, "data");
    clock.nowMs += loginMs;
    peer.write("*0\r\n");
    return { held: await starting, peer };
  }

  it("is idle from the end of the handshake on", async () => {
    const { held, peer } = await redis();
    clock.nowMs += 10_000;
    peer.end();
    const { heldMs, lastByteMs, end } = await held.ended;
    assert.deepEqual({ heldMs, lastByteMs, end }, { heldMs: 10_003, lastByteMs: 3, end: "fin" });
  });

  it("says what the server said that does not take the connection", async () => {
    const starting = start({ middleware: "redis" });
    const peer = await server.accepted();
    await once(peer, "data");
    peer.end("-ERR max number of clients reached\r\n");
    await assert.rejects(starting, {
      message: `redis at 127.0.0.1:${server.port}: Redis answered PING with: ERR max number of clients reached`,
    });
  });

  it("asks a server for its own limit on idle connections", async () => {
    const starting = start({ middleware: "memcached" });
    const peer = await server.accepted();
    assert.equal(await heard(peer, "version\r\n"), "version\r\n");
    peer.write("VERSION 1.6.18\r\n");
    assert.equal(await heard(peer, "stats settings\r\n"), "stats settings\r\n");
    peer.write("STAT idle_timeout 7\r\nEND\r\n");
    const held = await starting;
    peer.end();
    const { idleLimit } = await held.ended;
    assert.deepEqual(idleLimit, { setting: "idle_timeout", ms: 7000 });
  });

  it("pings as often as it is asked to, until the end", async () => {
    const { held, peer } = await redis({ mode: "ping", everyMs: 5 });
    await once(peer, "data");
    clock.nowMs += 45_000;
    peer.write("+PONG\r\n");
    peer.end();
    const { end, heldMs, lastByteMs } = await held.ended;
    assert.deepEqual(
      { end, heldMs, lastByteMs },
      { end: "fin", heldMs: 45_003, lastByteMs: 45_003 },
    );
  });

  it("counts a query in flight as the last that was sent", async () => {
    const { held, peer } = await redis({ mode: "inFlight" });
    const [query] = (await once(peer, "data")) as [Buffer];
    assert.match(query.toString(), /BLPOP/);
    clock.nowMs += 10_000;
    peer.end();
    const { heldMs, lastByteMs } = await held.ended;
    assert.deepEqual({ heldMs, lastByteMs }, { heldMs: 10_003, lastByteMs: 3 });
  });

  it("takes a query that the server cuts short for its last byte, and not for an end", async () => {
    const { held, peer } = await redis({ mode: "inFlight" });
    await once(peer, "data");
    clock.nowMs += 5000;
    peer.write("-ERR max execution time exceeded\r\n");
    await sleep(20);
    clock.nowMs += 10_000;
    peer.end();
    const { end, heldMs, lastByteMs } = await held.ended;
    assert.deepEqual({ end, heldMs, lastByteMs }, { end: "fin", heldMs: 15_003, lastByteMs: 5003 });
  });

  it("uses a connection that was closed as a pool does that has not noticed", async () => {
    const { held, peer } = await redis({ mode: "firstUse" });
    clock.nowMs += 10_000;
    // A sidecar closes both directions too: its kernel answers further bytes with a reset.
    peer.destroy();
    const { end, use } = await held.ended;
    assert.equal(end, "fin");
    assert.deepEqual(use, { firstWrite: "ok", read: "end", secondWrite: "EPIPE" });
  });

  it("finds a connection of use that is still open", async () => {
    const { held, peer } = await redis({ mode: "firstUse", observeMs: 20 });
    clock.nowMs += 20;
    await once(peer, "data");
    peer.write("+PONG\r\n");
    const { end, use } = await held.ended;
    assert.deepEqual({ end, use }, { end: "open", use: { firstWrite: "ok", read: "ok" } });
  });

  it("asks an endpoint for an answer when the window is over, which does not count as held", async () => {
    const { held, peer } = await redis({ observeMs: 20 });
    clock.nowMs += 20;
    await once(peer, "data");
    clock.nowMs += 3000;
    peer.write("+PONG\r\n");
    const { answer, end, heldMs, lastByteMs } = await held.ended;
    assert.deepEqual(
      { answer, end, heldMs, lastByteMs },
      { answer: "ok", end: "open", heldMs: 23, lastByteMs: 3 },
    );
  });

  it("waits for the answer to its last ping instead of asking again", async () => {
    const { held, peer } = await redis({ mode: "ping", everyMs: 5, observeMs: 20 });
    await once(peer, "data");
    const bytesOfOnePing = peer.bytesRead;
    clock.nowMs += 20;
    await sleep(40);
    peer.write("+PONG\r\n");
    const { answer, end } = await held.ended;
    assert.deepEqual({ answer, end }, { answer: "ok", end: "open" });
    assert.equal(peer.bytesRead, bytesOfOnePing);
  });

  describe("after a login that took 5 ms of a window of 14 ms", () => {
    for (const mode of ["silent", "keepalive", "ping", "firstUse", "inFlight"] as const) {
      it(`still sees a close 10 ms after the last byte: ${mode}`, async () => {
        const { held, peer } = await redis({ mode, everyMs: LONG_MS, observeMs: 14, loginMs: 5 });
        clock.nowMs += 10;
        await sleep(40);
        peer.destroy();
        const { end, heldMs, lastByteMs } = await held.ended;
        assert.deepEqual({ end, heldMs, lastByteMs }, { end: "fin", heldMs: 15, lastByteMs: 5 });
      });

      it(`ends 14 ms after the last byte, not after connecting: ${mode}`, async () => {
        const { held, peer } = await redis({ mode, everyMs: LONG_MS, observeMs: 14, loginMs: 5 });
        clock.nowMs += 13;
        await sleep(40);
        clock.nowMs += 1;
        if (mode !== "inFlight") {
          await once(peer, "data");
          peer.write("+PONG\r\n");
        }
        const { end, heldMs, lastByteMs } = await held.ended;
        assert.deepEqual({ end, heldMs, lastByteMs }, { end: "open", heldMs: 19, lastByteMs: 5 });
      });
    }
  });

  it("says for how long the connection stands", async () => {
    const held = await start();
    clock.nowMs += 2500;
    assert.equal(held.status().heldMs, 2500);
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
    await assert.rejects(start({ port }), { message: `ECONNREFUSED 127.0.0.1:${port}` });
  });
});
