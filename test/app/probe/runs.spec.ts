import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Connection, ProbeSpec, ProbeStatus, ProbeTest } from "../../../app/probe/sample.ts";
import { Runs } from "../../../app/probe/runs.ts";
import { RunStore } from "../../../app/probe/store.ts";
import { ManualClock } from "./manualClock.ts";
import { TestServer, unusedPort } from "./servers.ts";

const LONG_MS = 60_000;

describe("Runs", () => {
  let directory: string;
  let server: TestServer;
  let clock: ManualClock;
  let log: string[];
  let runs: Runs;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "probe-"));
    server = await TestServer.listen();
    clock = new ManualClock();
    log = [];
    runs = await startRuns();
  });

  afterEach(async () => {
    await runs.close();
    await server.close();
    await rm(directory, { recursive: true });
  });

  async function startRuns(): Promise<Runs> {
    const started = new Runs(new RunStore(directory), {
      clock,
      credentials: () => Promise.resolve({}),
      log: (line) => log.push(line),
    });
    await started.recover();
    return started;
  }

  function spec(changes: Partial<ProbeSpec> = {}): ProbeSpec {
    return {
      ...{ run: "r1", observeMs: LONG_MS, connections: 1, repetitions: 1 },
      tests: [silentAt(server.port)],
      ...changes,
    };
  }

  function silentAt(port: number): ProbeTest {
    return { middleware: "tcp", host: "127.0.0.1", port, mode: "silent" };
  }

  function heldMs(status: ProbeStatus): number {
    assert.ok(status.state === "done", `done, got ${status.state}`);
    assert.equal(status.samples.length, 1);
    return status.samples[0]!.heldMs;
  }

  async function stored(run: string): Promise<unknown> {
    return JSON.parse(await readFile(join(directory, `${run}.json`), "utf8"));
  }

  it("holds a connection and keeps its record in a file", async () => {
    const started = await runs.start(spec());
    assert.equal(started.state, "holding");
    clock.nowMs += 10_000;
    (await server.accepted()).end();
    const status = await runs.status("r1", LONG_MS);
    assert.equal(heldMs(status), 10_000);
    await runs.close();
    assert.deepEqual(await stored("r1"), { spec: spec(), status });
    assert.deepEqual(await readdir(directory), ["r1.json"]);
  });

  it("does not start an equal spec again while it holds, nor when it is done", async () => {
    const [first, second] = await Promise.all([runs.start(spec()), runs.start(spec())]);
    assert.deepEqual(second, first);
    clock.nowMs += 1000;
    (await server.accepted()).end();
    const done = await runs.status("r1", LONG_MS);
    assert.deepEqual(await runs.start(spec()), done);
    assert.equal(server.connections, 1);
  });

  it("gives a run up for one with another spec", async () => {
    await runs.start(spec());
    const first = await server.accepted(1);
    const closed = new Promise((resolve) => first.once("end", resolve));
    const second = await runs.start(spec({ observeMs: LONG_MS + 1 }));
    await closed;
    assert.equal(second.state, "holding");
    clock.nowMs += 2000;
    (await server.accepted(2)).end();
    const status = await runs.status("r1", LONG_MS);
    assert.equal(heldMs(status), 2000);
  });

  it("reports a failed connection and tries again when asked again", async () => {
    const port = await unusedPort();
    const failed: ProbeStatus = { state: "failed", error: `ECONNREFUSED 127.0.0.1:${port}` };
    assert.deepEqual(await runs.start(spec({ tests: [silentAt(port)] })), failed);
    assert.deepEqual(await runs.status("r1", LONG_MS), failed);
    await server.close();
    server = await TestServer.listen();
    assert.equal((await runs.start(spec())).state, "holding");
  });

  it("knows several runs at once, each on its own connection", async () => {
    const started = await Promise.all(["a", "b", "c"].map((run) => runs.start(spec({ run }))));
    const ports = started.map((status) => status.state === "holding" && status.held[0]?.localPort);
    assert.equal(new Set(ports).size, 3);
    await server.accepted(3);
  });

  it("holds as many connections of each test as it is asked to, and lists them in that order", async () => {
    const other = await TestServer.listen();
    const tests = [silentAt(server.port), silentAt(other.port)];
    const started = await runs.start(spec({ connections: 30, tests }));
    assert.ok(started.state === "holding");
    const order = [server.port, other.port].flatMap((port) =>
      Array.from({ length: 30 }, (_none, place) => [port, place + 1]),
    );
    const orderOf = (all: readonly Connection[]) =>
      all.map(({ port, connection }) => [port, connection]);
    assert.deepEqual(orderOf(started.held), order);

    (await other.accepted(7)).end();
    await server.accepted(30);
    await other.accepted(30);
    for (let count = 1; count <= 30; count++) {
      (await server.accepted(count)).end();
      (await other.accepted(count)).end();
    }
    const done = await runs.status("r1", LONG_MS);
    assert.ok(done.state === "done");
    assert.deepEqual(orderOf(done.samples), order);
    await other.close();
  });

  it("tells of those that have ended while others are held", async () => {
    await runs.start(spec({ connections: 3 }));
    clock.nowMs += 4000;
    (await server.accepted(3)).end();
    let status: ProbeStatus;
    do {
      status = await runs.status("r1", 5);
    } while (status.state === "holding" && status.held.length === 3);
    assert.ok(status.state === "holding");
    assert.deepEqual(
      [status.heldMs, status.held.length, status.samples.map(({ heldMs: ms }) => ms)],
      [4000, 2, [4000]],
    );
  });

  it("fails when one of its connections does not come about, and lets the others go", async () => {
    const port = await unusedPort();
    const tests = [silentAt(server.port), silentAt(port)];
    const failed = { state: "failed", error: `ECONNREFUSED 127.0.0.1:${port}` };
    assert.deepEqual(await runs.start(spec({ tests })), failed);
    const peer = await server.accepted();
    if (!peer.readableEnded) {
      await once(peer, "end");
    }
  });

  it("does the same as often as it is asked to", async () => {
    const started = await runs.start(spec({ repetitions: 2 }));
    assert.equal(started.state === "holding" && started.repetitionsLeft, 1);
    clock.nowMs += 1000;
    (await server.accepted(1)).end();
    const second = await server.accepted(2);
    clock.nowMs += 2000;
    second.end();
    const done = await runs.status("r1", LONG_MS);
    assert.ok(done.state === "done");
    assert.deepEqual(
      done.samples.map(({ repetition, connection }) => [repetition, connection]),
      [
        [1, 1],
        [2, 1],
      ],
    );
  });

  it("keeps what it has when it can't begin again", async () => {
    const { port } = server;
    await runs.start(spec({ repetitions: 3 }));
    const peer = await server.accepted();
    server.stopListening();
    peer.end();
    const done = await runs.status("r1", LONG_MS);
    assert.ok(done.state === "done");
    assert.equal(done.samples.length, 1);
    assert.equal(
      done.incomplete,
      `repetition 2 of 3 did not begin: ECONNREFUSED 127.0.0.1:${port}`,
    );
  });

  it("answers for a run it never heard of", async () => {
    assert.deepEqual(await runs.status("r1", LONG_MS), { state: "unknown" });
  });

  it("answers at the end of the wait when the run is not over", async () => {
    const started = await runs.start(spec());
    assert.deepEqual(await runs.status("r1", 10), started);
  });

  it("says after a restart that a connection was lost, and starts it again when asked", async () => {
    await runs.start(spec());
    await runs.close();
    assert.equal(((await stored("r1")) as { status: ProbeStatus }).status.state, "holding");

    runs = await startRuns();
    assert.deepEqual(await runs.status("r1", LONG_MS), {
      state: "failed",
      error: "the probe restarted while it held connections",
    });
    assert.equal((await runs.start(spec())).state, "holding");
    await server.accepted(2);
  });

  it("reads a finished run back after a restart", async () => {
    await runs.start(spec());
    clock.nowMs += 13_700;
    (await server.accepted()).end();
    const done = await runs.status("r1", LONG_MS);
    await runs.close();

    runs = await startRuns();
    assert.deepEqual(await runs.status("r1", 0), done);
    assert.deepEqual(await runs.start(spec()), done);
    assert.equal(server.connections, 1);
  });

  it("leaves a file alone that it can't read, and says so", async () => {
    await writeFile(join(directory, "r2.json"), "{");
    log = [];
    runs = await startRuns();
    assert.deepEqual(await runs.status("r2", 0), { state: "unknown" });
    assert.equal(log.length, 1);
    assert.match(log[0]!, /^r2\.json can't be read and is ignored: /);
  });

  it("goes on without a file when the disk takes none", async () => {
    await rm(directory, { recursive: true });
    await runs.start(spec());
    clock.nowMs += 1000;
    (await server.accepted()).end();
    const status = await runs.status("r1", LONG_MS);
    assert.equal(status.state, "done");
    await runs.close();
    assert.ok(log.some((line) => line.startsWith("run r1 can't be stored: ENOENT")));
    directory = await mkdtemp(join(tmpdir(), "probe-"));
  });
});
