import assert from "node:assert/strict";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { Watched } from "../../../app/probe/watched.ts";
import { ManualClock } from "./manualClock.ts";
import { TestServer } from "./servers.ts";

describe("Watched", () => {
  let server: TestServer;
  let clock: ManualClock;
  let abort: AbortController;
  let socket: Socket;
  let watched: Watched;
  let peer: Socket;

  beforeEach(async () => {
    server = await TestServer.listen();
    clock = new ManualClock();
    abort = new AbortController();
    socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    const connectedMs = clock.nowMs;
    watched = new Watched(socket, () => clock.nowMs - connectedMs, abort.signal);
    peer = await server.accepted();
  });

  afterEach(async () => {
    watched.close();
    await server.close();
  });

  /** Returns whether the end comes before every timer of a few ms has fired. */
  function endsSoon(): Promise<boolean> {
    return Promise.race([watched.ended.then(() => true), sleep(40, false)]);
  }

  it("sees an end before there is a window, and keeps to it", async () => {
    clock.nowMs += 3;
    peer.end();
    assert.deepEqual(await watched.ended, { end: "fin", endMs: 3 });
    watched.observe(1);
    clock.nowMs += 10;
    assert.deepEqual(await watched.ended, { end: "fin", endMs: 3 });
  });

  it("waits for ever without a window", async () => {
    clock.nowMs += 1_000_000;
    assert.equal(await endsSoon(), false);
  });

  it("counts the window from its start, not from the connecting", async () => {
    clock.nowMs += 100;
    watched.observe(5);
    assert.equal(await endsSoon(), false);
    clock.nowMs += 5;
    assert.deepEqual(await watched.ended, { end: "open", endMs: 105 });
  });

  it("does not end the window before the clock says so, however early a timer fires", async () => {
    watched.observe(5);
    assert.equal(await endsSoon(), false);
    clock.nowMs += 5.5;
    assert.deepEqual(await watched.ended, { end: "open", endMs: 5.5 });
  });

  it("names an error of the operating system that is no reset", async () => {
    socket.destroy(Object.assign(new Error("read ETIMEDOUT"), { code: "ETIMEDOUT" }));
    assert.deepEqual(await watched.ended, { end: "error", error: "ETIMEDOUT", endMs: 0 });
  });

  it("notes when a byte came last, and when one was sent", async () => {
    assert.equal(watched.lastByteMs, undefined);
    clock.nowMs += 7;
    peer.write("x");
    await once(socket, "data");
    assert.equal(watched.lastByteMs, 7);
    clock.nowMs += 1;
    watched.sent();
    assert.equal(watched.lastByteMs, 8);
  });

  it("closes the connection when it is aborted, and leaves no listener behind", async () => {
    watched.observe(5);
    const closed = new Promise((resolve) => peer.once("end", resolve));
    abort.abort();
    await closed;
    clock.nowMs += 10;
    assert.equal(await endsSoon(), false);
    assert.deepEqual([socket.listenerCount("data"), socket.listenerCount("end")], [0, 0]);
  });
});
