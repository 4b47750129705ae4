import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { exec } from "../../lab/base/exec.ts";
import { environment } from "../../lab/commands/lab.ts";
import { testLab } from "./support.ts";

/** Makes a way of its own to the API server, which can be cut and mended. */
export async function wayToCluster(): Promise<{
  config: string;
  cut: () => Promise<void>;
  mend: () => Promise<void>;
}> {
  const folder = mkdtempSync(join(tmpdir(), "watch-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true });
  });
  const config = join(folder, "kubeconfig");
  const env = environment(testLab());
  copyFileSync(env.KUBECONFIG ?? "", config);
  const [cluster] = (load(readFileSync(config, "utf8")) as KubeConfig).clusters;
  assert.ok(cluster);
  const { hostname, port } = new URL(cluster.cluster.server);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(port), hostname);
    for (const each of [socket, onward]) {
      sockets.add(each.on("error", () => undefined));
    }
    socket.pipe(onward).pipe(socket);
  });
  let here = 0;
  const mend = async (): Promise<void> => {
    server.listen(here, "127.0.0.1");
    await once(server, "listening");
    here = (server.address() as AddressInfo).port;
  };
  await mend();
  const changes = [`--server=https://127.0.0.1:${here}`, `--tls-server-name=${hostname}`];
  await exec("kubectl", ["config", "set-cluster", cluster.name, ...changes], {
    env: { ...env, KUBECONFIG: config },
  });
  const cut = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    sockets.forEach((socket) => socket.destroy());
    sockets.clear();
    await closed;
  };
  return { config, cut, mend };
}

interface KubeConfig {
  clusters: { name: string; cluster: { server: string } }[];
}
