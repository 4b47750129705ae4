import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { exec } from "../../../lab/base/exec.ts";
import { nodeState } from "../../../lab/node/node.ts";
import { env, lab, prefix, runPrefix } from "./workspace.ts";

/** Looks at and changes the cluster and the Docker daemon without the plugins under test. */

export function kubectl(...args: string[]): Promise<string> {
  return exec("kubectl", args, { env });
}

/** The object as JSON; undefined if it isn't there. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export async function kubeObject(kind: string, name: string): Promise<any> {
  const scope = kind === "namespace" ? [] : ["--namespace", prefix];
  const found = await kubectl("get", kind, name, ...scope, "--ignore-not-found", "-o", "json");
  return found === "" ? undefined : JSON.parse(found);
}

/** Server-side apply that takes over the fields which differ. */
export async function applyAs(fieldManager: string, object: object): Promise<void> {
  const options = ["--server-side", "--force-conflicts", `--field-manager=${fieldManager}`];
  await exec("kubectl", ["apply", ...options, "-f", "-"], { env, input: JSON.stringify(object) });
}

/** One request to the Docker daemon; the answer's JSON, undefined for "not found". */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export async function docker(method: string, path: string): Promise<any> {
  const socketPath = (env.DOCKER_HOST ?? "").replace("unix://", "");
  const sent = request({ socketPath, method, path: `/v1.41${path}` }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode === 404) {
    return undefined;
  }
  if ((response.statusCode ?? 500) >= 400) {
    throw new Error(`${method} ${path}: ${body}`);
  }
  return body === "" ? undefined : JSON.parse(body);
}

/** The manifest's digest that the lab's registry has for a tag; undefined if it has none. */
export async function registryDigest(repository: string, tag: string): Promise<string | undefined> {
  const response = await fetch(
    `http://${nodeState(lab).nodeAddress}:5000/v2/${repository}/manifests/${tag}`,
    {
      method: "HEAD",
      headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" },
    },
  );
  return response.ok ? (response.headers.get("docker-content-digest") ?? undefined) : undefined;
}

/** Removes what a case left, without waiting for it. */
export async function removeLeftovers(): Promise<void> {
  const kinds = "deployments,envoyfilters";
  await kubectl("delete", kinds, "--all", "--namespace", prefix, "--wait=false");
  await removeContainers(`${prefix}-`);
}

/** Removes what all processes of the run left, without waiting for it. */
export async function removeRun(): Promise<void> {
  const all = (await kubectl("get", "namespaces", "-o", "name")).split("\n");
  const own = all.filter((name) => name.startsWith(`namespace/${runPrefix}`));
  if (own.length > 0) {
    await kubectl("delete", ...own, "--wait=false");
  }
  await removeContainers(`${runPrefix}-`);
}

async function removeContainers(start: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ name: [start] }));
  const found = (await docker("GET", `/containers/json?all=true&filters=${filters}`)) as {
    Id: string;
  }[];
  for (const { Id } of found) {
    await docker("DELETE", `/containers/${Id}?force=true&v=true`);
  }
}
