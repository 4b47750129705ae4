import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { EnvoyVersion } from "../../lab/build/envoys.ts";
import { NODE_IMAGE, REGISTRY } from "../../lab/build/images.ts";
import { proxyImageName } from "../../lab/build/proxies.ts";
import { environment } from "../../lab/commands/lab.ts";
import { idleTimeoutSpec } from "../../model/istio/idleTimeoutFilter.ts";
import { parseTimeout } from "../../model/timeout.ts";
import { kubectl, testLab } from "./support.ts";

export const NAMESPACE = "watched";

/** Waits at 7000, closes at 7001 after a second, resets at 7002. */
const SERVER = `
  const { createServer } = require("node:net");
  const listen = (port, end) =>
    createServer((socket) => {
      socket.on("error", () => {}).resume();
      setTimeout(() => end(socket), 1000);
    }).listen(port);
  listen(7000, () => {});
  listen(7001, (socket) => socket.end());
  listen(7002, (socket) => socket.resetAndDestroy());`;

/**
 * 20 silent connections, and 18 that end otherwise. Those to `drained` say something every second for as long as they
 * are open, and say that they are; the program ends with the last of all, and says when those to `drained` ended, in ms.
 */
const OPEN = `
  const { connect } = require("node:net");
  const drained = [];
  const open = (count, port, host, then = () => {}) => {
    for (let nth = 0; nth < count; nth++) {
      const socket = connect(port, host, () => then(socket)).on("error", () => {});
      socket.resume();
    }
  };
  const later = (act) => (socket) => setTimeout(() => act(socket), 1000);
  const speak = (socket) => {
    const speaking = setInterval(() => socket.write("."), 1000);
    socket.on("close", () => clearInterval(speaking));
  };
  open(10, 7000, "server");
  open(10, 7000, process.argv[1]);
  open(3, 7001, "server");
  open(3, 7002, "server");
  open(3, 7000, "server", later((socket) => socket.end()));
  open(3, 7000, "server", later((socket) => socket.resetAndDestroy()));
  open(2, 7000, "server", (socket) => {
    speak(socket);
    setTimeout(() => socket.end(), 6000);
  });
  open(2, 7000, "limited");
  open(2, 7000, "drained", (socket) => {
    const sinceMs = performance.now();
    speak(socket);
    console.log("open");
    socket.on("close", () => drained.push(Math.round(performance.now() - sinceMs)));
  });
  process.on("exit", () => console.log(JSON.stringify(drained)));`;

/** 2 connections of a process that is killed. */
const KILLED = `
  const { connect } = require("node:net");
  for (let nth = 0; nth < 2; nth++) connect(7000, "server");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 1000);`;

/** Names the Deployment, of one pod, whose sidecar has this Envoy. */
export function clientOf(envoy: EnvoyVersion): string {
  return `client-${envoy.replaceAll(".", "-")}`;
}

/**
 * Makes plain applications with a sidecar of each Envoy and a server without one, with an idle timeout of 4 s, and waits
 * until all are Ready.
 */
export async function applyWatched(envoys: readonly EnvoyVersion[]): Promise<void> {
  await apply(objects(envoys));
  await Promise.all(
    ["server", ...envoys.map(clientOf)].map((name) =>
      kubectl("rollout", "status", `deployment/${name}`, `--namespace=${NAMESPACE}`),
    ),
  );
}

export async function podOf(deployment: string): Promise<string> {
  const name = "--output=jsonpath={.items[0].metadata.name}";
  return kubectl("get", "pods", `--namespace=${NAMESPACE}`, `--selector=app=${deployment}`, name);
}

/**
 * Opens all connections from each Deployment, and has the sidecars drain those to `drained`; returns when the last one
 * has ended.
 *
 * @returns after how many ms each of those to `drained` ended.
 */
export async function openConnections(deployments: readonly string[]): Promise<number[]> {
  const ip = "--output=jsonpath={.items[0].status.podIP}";
  const server = await kubectl(
    ...["get", "pods", `--namespace=${NAMESPACE}`, "--selector=app=server", ip],
  );
  const running = deployments.map((name) => start(name, OPEN, server));
  const killed = deployments.map((name) => start(name, KILLED).ended);
  await Promise.all(running.map(({ opened }) => opened));
  await apply([limit("drained", "1h")]);
  const said = await Promise.all(running.map(({ ended }) => ended));
  await Promise.all(killed);
  await kubectl("delete", "destinationrule", "drained", `--namespace=${NAMESPACE}`);
  return said.flatMap((lines) => JSON.parse(lines.at(-1) ?? "[]") as number[]);
}

/** Runs a program in a Deployment's application. */
function start(deployment: string, program: string, ...args: string[]) {
  const app = [`--namespace=${NAMESPACE}`, `deployment/${deployment}`, "--container=app", "--"];
  const child = spawn("kubectl", ["exec", ...app, "node", "-e", program, ...args], {
    env: { ...process.env, ...environment(testLab()) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const ended = once(reader, "close").then(() => lines);
  return { ended, opened: Promise.race([once(reader, "line"), ended]) };
}

async function apply(items: readonly object[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "watched-"));
  try {
    const file = join(folder, "objects.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await kubectl("apply", "--filename", file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function objects(envoys: readonly EnvoyVersion[]): object[] {
  const metadata = { namespace: NAMESPACE };
  return [
    {
      ...{ apiVersion: "v1", kind: "Namespace" },
      metadata: { name: NAMESPACE, labels: { "istio-injection": "enabled" } },
    },
    ...["server", "limited", "drained"].map((name) => ({
      ...{ apiVersion: "v1", kind: "Service", metadata: { ...metadata, name } },
      spec: {
        selector: { app: "server" },
        ports: [7000, 7001, 7002].map((port) => ({ name: `tcp-${port}`, port })),
      },
    })),
    limit("limited", "2s"),
    deployment("server", SERVER, { "sidecar.istio.io/inject": "false" }),
    ...envoys.flatMap((envoy) => [
      {
        ...{ apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter" },
        metadata: { ...metadata, name: clientOf(envoy) },
        spec: idleTimeoutSpec(parseTimeout("4s"), { app: clientOf(envoy) }),
      },
      deployment(clientOf(envoy), "setInterval(() => {}, 1e6)", {
        "sidecar.istio.io/proxyImage": `${REGISTRY}/${proxyImageName(envoy)}`,
        "proxy.istio.io/config": JSON.stringify({ drainDuration: "3s" }),
      }),
    ]),
  ];
}

/** Gives connections to a service a longest duration; whoever has some open drains them. */
function limit(name: string, maxConnectionDuration: string): object {
  return {
    ...{ apiVersion: "networking.istio.io/v1", kind: "DestinationRule" },
    metadata: { namespace: NAMESPACE, name },
    spec: {
      host: `${name}.${NAMESPACE}.svc.cluster.local`,
      trafficPolicy: { connectionPool: { tcp: { maxConnectionDuration } } },
    },
  };
}

function deployment(name: string, program: string, annotations: object): object {
  return {
    ...{ apiVersion: "apps/v1", kind: "Deployment" },
    metadata: { name, namespace: NAMESPACE },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: "app", image: NODE_IMAGE, command: ["node", "-e", program] }],
        },
      },
    },
  };
}
