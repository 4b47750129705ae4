import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { TestServer, unusedPort } from "./servers.ts";

const DIRECTORY = join(__dirname, "../../../app/probe");
const MAIN = join(DIRECTORY, "main.ts");
const CLIENT = join(DIRECTORY, "client.mjs");

interface Outcome {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

describe("the probe's command line", () => {
  let directory: string;
  let server: TestServer;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "probe-"));
    server = await TestServer.listen();
  });

  after(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  const options = () => ({ env: { ...process.env, PROBE_DIR: directory } });

  function client(...args: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      execFile(process.execPath, [CLIENT, ...args], options(), (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, stdout, stderr });
      });
    });
  }

  async function serve(): Promise<ChildProcess> {
    const child = spawn(process.execPath, ["--import", "tsx", MAIN], {
      ...options(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    return child;
  }

  it("checks an endpoint", async () => {
    const probe = await serve();
    const at = (port: number) => JSON.stringify({ middleware: "tcp", host: "127.0.0.1", port });
    const open = at(server.port);
    assert.deepEqual(await client("check", open), {
      code: 0,
      stdout: '{"ok":true,"address":"127.0.0.1"}\n',
      stderr: "",
    });
    const port = await unusedPort();
    assert.deepEqual(await client("check", at(port)), {
      code: 0,
      stdout: `{"ok":false,"error":"ECONNREFUSED 127.0.0.1:${port}"}\n`,
      stderr: "",
    });
    probe.kill("SIGTERM");
    await once(probe, "exit");
  });

  it("goes on when whoever asked is gone, and stops in order on SIGTERM", async () => {
    const probe = await serve();
    const spec = {
      ...{ run: "r1", observeMs: 60_000, connections: 1, repetitions: 1 },
      tests: [{ middleware: "tcp", host: "127.0.0.1", port: server.port, mode: "silent" }],
    };
    const started = await client("start", JSON.stringify(spec));
    assert.equal(started.code, 0);
    assert.equal(JSON.parse(started.stdout).state, "holding");

    const impatient = spawn(process.execPath, [CLIENT, "status", "r1", "60000"], {
      ...options(),
      stdio: "ignore",
    });
    await once(impatient, "spawn");
    impatient.kill("SIGKILL");
    await once(impatient, "exit");

    (await server.accepted(server.connections)).end();
    const done = await client("status", "r1", "60000");
    assert.equal(JSON.parse(done.stdout).state, "done");
    assert.equal(JSON.parse(done.stdout).samples[0].end, "fin");

    probe.kill("SIGTERM");
    assert.deepEqual(await once(probe, "exit"), [0, null]);
    assert.deepEqual(await readdir(directory), ["r1.json"]);
  });

  it("replaces the socket of a probe that was killed", async () => {
    const first = await serve();
    first.kill("SIGKILL");
    await once(first, "exit");
    const second = await serve();
    const { stdout } = await client("status", "never-started");
    assert.equal(stdout, '{"state":"unknown"}\n');
    second.kill("SIGTERM");
    await once(second, "exit");
  });

  it("says that the probe is not running", async () => {
    const { code, stdout, stderr } = await client("status", "r1");
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.equal(
      stderr,
      `probe: the probe does not answer at ${directory}/probe.sock (ENOENT): is its container running?\n`,
    );
  });

  it("refuses a request it does not understand", async () => {
    const probe = await serve();
    assert.deepEqual(await client("stop"), {
      code: 1,
      stdout: "",
      stderr: 'probe: unknown command "stop": use check, start or status\n',
    });
    assert.deepEqual(await client("status", "../r1"), {
      code: 1,
      stdout: "",
      stderr:
        "probe: run must be 1 to 63 letters, digits, '.', '_' or '-', and start and end with a letter or digit, " +
        'got "../r1"\n',
    });
    probe.kill("SIGTERM");
    await once(probe, "exit");
  });
});
