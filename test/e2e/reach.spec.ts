import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { exec } from "../../lab/base/exec.ts";
import { findNode, nodeState } from "../../lab/node/node.ts";
import { labPaths } from "../../lab/base/paths.ts";
import { API_PORT, KUBE_PROXY_PORT, KUBELET_PORT, REGISTRY_PORT } from "../../lab/node/identity.ts";
import { Stranger } from "./stranger.ts";
import { testLab } from "./support.ts";

const PORTS = [API_PORT, KUBELET_PORT, KUBE_PROXY_PORT, REGISTRY_PORT];

/** From here on docker takes ports for what it publishes. */
const FIRST_PUBLISHED = 32_768;

/** Prints the answer of etcd, or why there was none. */
const ASK_ETCD = `
  const { readFileSync } = require("node:fs");
  const { get } = require("node:https");
  const [pki, client] = process.argv.slice(1);
  const file = (name) => readFileSync(pki + "/" + name);
  const certificate = client ? { cert: file(client + ".crt"), key: file(client + ".key") } : {};
  get("https://127.0.0.1:2379/health", { ca: file("etcd-ca.crt"), ...certificate }, (answer) =>
    answer.pipe(process.stdout),
  ).on("error", (error) => console.log(error.code));`;

describe("a lab is reached", () => {
  for (const [what, port, path] of [
    ["API server", API_PORT, "/api/v1/secrets"],
    ["API server's health", API_PORT, "/healthz"],
    ["kubelet", KUBELET_PORT, "/pods"],
    ["kubelet's exec", KUBELET_PORT, "/exec/default/pod/container?command=id"],
  ] as const) {
    it(`at its ${what} by nobody without a certificate`, async () => {
      const host = nodeState(testLab()).nodeAddress;
      // The server's certificate is not what is asked about here.
      const asked = request({ host, port, path, rejectUnauthorized: false, agent: false });
      const [response] = (await once(asked.end(), "response")) as [IncomingMessage];
      response.resume();
      assert.equal(response.statusCode, 401);
    });
  }

  for (const [client, answer] of [
    ["apiserver-etcd-client", '{"health":"true"}'],
    ["", "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE"],
    // Whom the cluster's authority vouches for is nobody to etcd.
    ["admin", "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE"],
  ] as const) {
    it(`at its etcd with the certificate "${client}" to the answer ${answer}`, async () => {
      const args = [process.execPath, "-e", ASK_ETCD, labPaths(testLab()).pki, client];
      const printed = await exec("nsenter", [`--net=/proc/${process1()}/ns/net`, ...args]);
      assert.equal(printed.trim(), answer);
    });
  }

  it("at these ports and what docker publishes, and at no other", () => {
    const listening = [...listeners("tcp"), ...listeners("tcp6")].filter(
      (port) => port < FIRST_PUBLISHED,
    );
    assert.deepEqual(
      listening.sort((one, other) => one - other),
      [53, REGISTRY_PORT, API_PORT, KUBELET_PORT, KUBE_PROXY_PORT],
    );
  });

  it("by this machine alone, whatever it routes for others", async () => {
    const { nodeAddress, hostLink } = nodeState(testLab());
    const stranger = await Stranger.routedTo(hostLink);
    const exception = ["PREROUTING", "-s", Stranger.address, "-j", "ACCEPT"];
    const iptables = (...args: string[]): Promise<string> =>
      exec("nsenter", [`--target=${process1()}`, "--mount", "--net", "iptables", "-w", ...args]);
    try {
      const none = PORTS.map(() => false);
      assert.deepEqual(await stranger.connects(nodeAddress, PORTS), none);
      // That it is the node that refuses, and not the way to it that is missing:
      await iptables("-t", "mangle", "-I", ...exception);
      try {
        const all = PORTS.map(() => true);
        assert.deepEqual(await stranger.connects(nodeAddress, PORTS), all);
      } finally {
        await iptables("-t", "mangle", "-D", ...exception);
      }
    } finally {
      await stranger.leave();
    }
  });

  it("through files that are root's alone, docker's socket among them", () => {
    const { root, run } = labPaths(testLab());
    assert.ok(statSync(join(run, "docker.sock")).isSocket());
    assert.equal(run, join(root, "run"));
    assert.equal(statSync(root).mode & 0o777, 0o700);
    assert.equal(statSync(root).uid, 0);
  });

  it("by its own name, while any other does not exist", async () => {
    const { nodeAddress } = nodeState(testLab());
    const resolver = new Resolver();
    resolver.setServers([nodeAddress]);
    assert.deepEqual(await resolver.resolve4(`${testLab()}.lab`), [nodeAddress]);
    for (const name of ["no-such-host.example.com", "no-such-host", "sub.cluster.local"]) {
      await assert.rejects(resolver.resolve4(name), { code: "ENOTFOUND" });
    }
  });
});

function process1(): number {
  const node = findNode(testLab(), labPaths(testLab()));
  assert.equal(node.is, "running");
  return node.pid;
}

/** Ports on which something in the node listens at more than its loopback address. */
function listeners(protocol: "tcp" | "tcp6"): number[] {
  const LISTEN = "0A";
  const loopback = /^(0100007F|0{24}01000000):/;
  return readFileSync(`/proc/${process1()}/net/${protocol}`, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) => state === LISTEN && !loopback.test(local))
    .map(([, local = ""]) => Number.parseInt(local.split(":")[1] ?? "", 16));
}
