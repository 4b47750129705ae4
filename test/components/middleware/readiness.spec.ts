import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";

import { readiness, readyScript } from "../../../components/middleware/readiness.ts";
import { TestServer, unusedPort } from "../../app/probe/servers.ts";

/** What is process 1 on this machine. */
const FIRST = readFileSync("/proc/1/comm", "utf8").trim();

const run = (port: number, processes: readonly string[]) =>
  spawnSync("/bin/sh", ["-c", readyScript(port, processes)], { encoding: "utf8" });

describe("readiness", () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await TestServer.listen();
  });

  afterEach(async () => {
    await server.close();
  });

  it("is there once process 1 is the server and the port is listened on, without a connection", () => {
    const { status, stdout, stderr } = run(server.port, ["other", FIRST]);
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
    assert.equal(server.connections, 0);
  });

  it("is not there while something else sets the server up", () => {
    assert.equal(run(server.port, ["other", `${FIRST}d`]).status, 1);
  });

  it("is not there while nothing listens", async () => {
    assert.equal(run(await unusedPort(), [FIRST]).status, 1);
  });

  it("is not there for a connection from the port, on which nobody listens", async () => {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    assert.equal(run(socket.localPort!, [FIRST]).status, 1);
    socket.destroy();
  });

  it("is not asked for where the server is there at once", () => {
    assert.deepEqual(readiness({ port: 6379 }), {});
  });
});
