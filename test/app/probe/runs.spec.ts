import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ProbeSpec, ProbeStatus } from "../../../app/probe/record";
import { Runs } from "../../../app/probe/runs";
import { RunStore } from "../../../app/probe/store";
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
    const started = new Runs(new RunStore(directory), clock, (line) => log.push(line));
    await started.recover();
    return started;
  }

  function spec(changes: Partial<ProbeSpec> = {}): ProbeSpec {
    return { run: "r1", host: "127.0.0.1", port: server.port, observeMs: LONG_MS, ...changes };
  }

  function heldMs(status: ProbeStatus): number {
    assert.ok(status.state === "done", `done, got ${status.state}`);
    return status.sample.heldMs;
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
    assert.deepEqual(await runs.start(spec({ port })), failed);
    assert.deepEqual(await runs.status("r1", LONG_MS), failed);
    await server.close();
    server = await TestServer.listen();
    assert.equal((await runs.start(spec())).state, "holding");
  });

  it("knows several runs at once, each on its own connection", async () => {
    const started = await Promise.all(["a", "b", "c"].map((run) => runs.start(spec({ run }))));
    const ports = started.map((status) => status.state === "holding" && status.localPort);
    assert.equal(new Set(ports).size, 3);
    await server.accepted(3);
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
      error: "the probe restarted while the connection was held",
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
    assert.match(log[0]!, /^r2\.json can't be read and is left alone: /);
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
