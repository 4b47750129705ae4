import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerAddresses, dockerAt } from "../../../cli/cluster/docker.ts";

describe("dockerAddresses", () => {
  it("are those of DOCKER_HOST alone where it is set", () => {
    const of = (env: Record<string, string>) => dockerAddresses(env, "/home/ann", "linux");
    const cases: [env: Record<string, string>, address: object | undefined][] = [
      [{ DOCKER_HOST: "unix:///run/d.sock" }, { socketPath: "/run/d.sock" }],
      [{ DOCKER_HOST: "tcp://192.0.2.1:2376" }, { host: "192.0.2.1", port: "2376" }],
      [{ DOCKER_HOST: "tcp://build" }, { host: "build", port: "2375" }],
      [{ DOCKER_HOST: "tcp://build", DOCKER_CERT_PATH: "/certs" }, undefined],
      [{ DOCKER_HOST: "ssh://ann@build" }, undefined],
    ];
    for (const [env, address] of cases) {
      assert.deepEqual(of(env), [{ name: env.DOCKER_HOST, address }]);
    }
  });

  it("are the usual sockets otherwise", () => {
    assert.deepEqual(
      dockerAddresses({}, "/home/ann", "linux").map(({ address }) => address?.socketPath),
      [
        "/var/run/docker.sock",
        "/home/ann/.docker/run/docker.sock",
        "/home/ann/.docker/desktop/docker.sock",
      ],
    );
    assert.deepEqual(dockerAddresses({}, "C:\\ann", "win32"), [
      { name: "npipe:////./pipe/docker_engine", address: undefined },
    ]);
  });
});

describe("dockerAt", () => {
  let directory: string;
  let server: Server;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "docker-"));
    server = createServer(({ method, url }, response) => {
      response.writeHead(404).end(`no ${method ?? ""} ${url ?? ""}`);
    });
  });

  afterEach(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  it("asks over the socket", async () => {
    const socketPath = join(directory, "docker.sock");
    server.listen(socketPath);
    await once(server, "listening");
    const docker = dockerAt({ socketPath });
    assert.deepEqual(await docker("/images/a/json"), {
      status: 404,
      body: "no GET /images/a/json",
    });
    assert.equal((await docker("/containers/a", "DELETE")).body, "no DELETE /containers/a");
  });

  it("fails where nothing listens", async () => {
    await assert.rejects(dockerAt({ socketPath: join(directory, "none") })("/_ping"), /ENOENT/);
  });
});
