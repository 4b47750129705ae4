import assert from "node:assert/strict";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { exec } from "../../../lab/base/exec.ts";
import { askAll } from "../../../lab/node/health.ts";
import { NODE_IMAGE, REDIS_IMAGE } from "../../../lab/build/images.ts";
import { environment } from "../../../lab/commands/lab.ts";
import { nodeState } from "../../../lab/node/node.ts";
import { labPaths } from "../../../lab/base/paths.ts";
import { readServices } from "../../../lab/node/serviceStates.ts";
import { eventually } from "../../../lab/base/wait.ts";

/** Waits until every service runs and every part that can be asked answers. */
export async function awaitAnswers(lab: string): Promise<void> {
  const paths = labPaths(lab);
  const answers = async (): Promise<boolean> =>
    readServices(paths).every(({ running }) => running) &&
    (await askAll(lab, nodeState(lab).nodeAddress, paths)).every(({ ok }) => ok);
  await eventually(`every part of lab ${lab} answers`, answers, 120_000);
}

/** Each use of a lab leaves its namespace to the end of the lab. */
let count = 0;

/**
 * Uses all that a lab is for: images are pulled, a deployment's pod is made, scheduled and started, a
 * command runs in it and reaches a service by its name, an unknown name is one, and docker runs a
 * container.
 */
export async function assertWorks(lab: string): Promise<void> {
  const namespace = `faults-${(count += 1)}`;
  const kubectl = (args: string[], input?: object): Promise<string> =>
    exec("kubectl", ["-n", namespace, ...args], {
      env: environment(lab),
      timeoutMs: 120_000,
      ...(input === undefined ? {} : { input: JSON.stringify(input) }),
    });
  await kubectl(["create", "namespace", namespace]);
  await kubectl(["apply", "-f", "-"], web);
  await Promise.all([
    kubectl(["rollout", "status", "deployment/web", "--timeout=100s"]),
    assertDockerWorks(lab),
  ]);
  const printed = await kubectl(["exec", "deployment/web", "--", "node", "-e", ASK]);
  assert.deepEqual(JSON.parse(printed), { web: "works", unknown: "ENOTFOUND" });
}

const SERVE = 'require("node:http").createServer((_, answer) => answer.end("works")).listen(8080)';

/** A service that kube-proxy has not heard of yet refuses: what is asked is whether it comes. */
const ASK = `
  const { lookup } = require("node:dns/promises");
  const ask = () => fetch("http://web:8080").then((answer) => answer.text(), ask);
  const unknown = lookup("no-such-host.example").catch((error) => error.code);
  Promise.all([ask(), unknown]).then(([web, unknown]) =>
    console.log(JSON.stringify({ web, unknown })));`;

const labels = { app: "web" };
const web = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [
              {
                name: "web",
                image: NODE_IMAGE,
                imagePullPolicy: "Always",
                command: ["node", "-e", SERVE],
                readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { selector: labels, ports: [{ port: 8080 }] },
    },
  ],
};

/** Pulls an image, runs a container of it to its end and removes it. */
async function assertDockerWorks(lab: string): Promise<void> {
  const socketPath = join(labPaths(lab).run, "docker.sock");
  const ask = async (method: string, path: string, body?: object): Promise<string> => {
    const headers = { "content-type": "application/json" };
    const asked = request({ socketPath, method, path, headers, agent: false });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    const answer = await text(response);
    assert.ok(response.statusCode! < 300, `docker: ${method} ${path}: ${answer}`);
    return answer;
  };
  const [image = "", tag = ""] = REDIS_IMAGE.split(/:(?=[^/]*$)/);
  await ask("POST", `/images/create?fromImage=${encodeURIComponent(image)}&tag=${tag}`);
  const made = await ask("POST", "/containers/create", { Image: REDIS_IMAGE, Cmd: ["true"] });
  const { Id: id } = JSON.parse(made) as { Id: string };
  await ask("POST", `/containers/${id}/start`);
  const ended = JSON.parse(await ask("POST", `/containers/${id}/wait`)) as { StatusCode: number };
  assert.equal(ended.StatusCode, 0);
  await ask("DELETE", `/containers/${id}`);
}
