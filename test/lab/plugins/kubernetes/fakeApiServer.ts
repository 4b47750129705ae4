import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "../../../../lab/base/wait.ts";
import type { Plain, PlainMap } from "../../../../lab/plugins/shared/value.ts";

/* eslint-disable @typescript-eslint/no-explicit-any -- objects of any kind, looked into freely */

const KINDS: Record<string, { name: string; kind: string; namespaced: boolean }[]> = {
  "/api/v1": [
    { name: "namespaces", kind: "Namespace", namespaced: false },
    { name: "namespaces/status", kind: "Namespace", namespaced: false },
    { name: "pods", kind: "Pod", namespaced: true },
    { name: "events", kind: "Event", namespaced: true },
    { name: "secrets", kind: "Secret", namespaced: true },
  ],
  "/apis/apps/v1": [
    { name: "deployments/scale", kind: "Scale", namespaced: true },
    { name: "deployments", kind: "Deployment", namespaced: true },
  ],
  "/apis/networking.istio.io/v1alpha3": [
    { name: "envoyfilters", kind: "EnvoyFilter", namespaced: true },
  ],
};

export interface SeenRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  body: any;
}

/**
 * As much of a Kubernetes API server as the plugin can see: discovery, objects with what a server
 * adds to them, dry runs, watches. What a controller would do is up to the test, with `edit`.
 */
export class FakeApiServer {
  /** By path, such as `/apis/apps/v1/namespaces/default/deployments/web`. */
  readonly objects = new Map<string, any>();
  /** Writes only. */
  readonly writes: SeenRequest[] = [];
  /** Answered instead of doing what is asked, once. */
  readonly refusals: { method: string; code: number; reason: string; message: string }[] = [];
  /** Deleted objects stay until the test removes them, as with a finalizer. */
  holdDeletions = false;
  readonly #server: Server = createServer((request, response) => {
    void this.#handle(request, response);
  });
  readonly #watches = new Set<{ collection: string; name: string; response: ServerResponse }>();
  #version = 0;

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.add("/api/v1/namespaces/default", { kind: "Namespace", metadata: { name: "default" } });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  add(path: string, object: PlainMap): void {
    this.objects.set(path, object);
  }

  /** Changes an object and tells those who watch it. */
  edit(path: string, change: (object: any) => void): void {
    const object = structuredClone(this.objects.get(path));
    change(object);
    object.metadata.resourceVersion = String(++this.#version);
    this.objects.set(path, object);
    this.#tell(path, "MODIFIED", object);
  }

  remove(path: string): void {
    const object = this.objects.get(path);
    this.objects.delete(path);
    this.#tell(path, "DELETED", object);
  }

  /** Resolves when the plugin watches an object, and so waits for it. */
  untilWatched(name: string): Promise<void> {
    const isWatched = (): boolean => [...this.#watches].some((watch) => watch.name === name);
    return eventually(`${name} is watched`, isWatched);
  }

  #tell(path: string, type: string, object: any): void {
    for (const watch of this.#watches) {
      if (`${watch.collection}/${watch.name}` !== path) {
        continue;
      }
      watch.response.write(`${JSON.stringify({ type, object })}\n`);
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://server");
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString();
    const seen: SeenRequest = {
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: text === "" ? undefined : JSON.parse(text),
    };
    if (seen.query.watch) {
      this.#watch(seen, response);
      return;
    }
    if (seen.method !== "GET") {
      this.writes.push(seen);
    }
    const { code, answer } = this.#answer(seen, request.headers["content-type"]);
    response.writeHead(code, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  }

  #watch({ path, query }: SeenRequest, response: ServerResponse): void {
    const name = (query.fieldSelector ?? "").replace("metadata.name=", "");
    const watch = { collection: path, name, response };
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    // What happened between the read and the watch, as the resourceVersion asks for.
    const now = this.objects.get(`${path}/${name}`);
    this.#watches.add(watch);
    response.on("close", () => this.#watches.delete(watch));
    if (!now) {
      response.write(`${JSON.stringify({ type: "DELETED", object: {} })}\n`);
    } else if (now.metadata.resourceVersion !== query.resourceVersion) {
      response.write(`${JSON.stringify({ type: "MODIFIED", object: now })}\n`);
    }
  }

  #answer(seen: SeenRequest, contentType = ""): { code: number; answer: Plain } {
    const { method, path } = seen;
    const refusal = this.refusals.findIndex((one) => one.method === method);
    if (refusal !== -1) {
      const [{ code, reason, message } = { code: 500, reason: "", message: "" }] =
        this.refusals.splice(refusal, 1);
      return failure(code, reason, message);
    }
    const resources = KINDS[path];
    if (method === "GET" && resources) {
      return { code: 200, answer: { resources } };
    }
    if (method === "POST") {
      return this.#create(seen);
    }
    const object = this.objects.get(path);
    if (method === "GET" && !object && /\/(pods|events)$/.test(path)) {
      const items = [...this.objects.entries()].filter(([key]) => key.startsWith(`${path}/`));
      return { code: 200, answer: { items: items.map(([, item]) => item) } };
    }
    if (!object && contentType.startsWith("application/apply-patch")) {
      return this.#create({ ...seen, path: path.slice(0, path.lastIndexOf("/")) });
    }
    if (!object) {
      return notFound(path);
    }
    if (method === "GET") {
      return { code: 200, answer: object };
    }
    if (method === "DELETE") {
      if (this.holdDeletions) {
        this.edit(path, (held) => (held.metadata.deletionTimestamp = "2026-01-01T00:00:00Z"));
      } else {
        this.remove(path);
      }
      return { code: 200, answer: { kind: "Status", status: "Success" } };
    }
    return { code: 200, answer: this.#patch(seen, contentType) };
  }

  #create({ path, query, body }: SeenRequest): { code: number; answer: Plain } {
    const [, namespace] = /\/namespaces\/([^/]+)\//.exec(path) ?? [];
    if (namespace && !this.objects.has(`/api/v1/namespaces/${namespace}`)) {
      return notFound(`/api/v1/namespaces/${namespace}`);
    }
    const key = `${path}/${body.metadata.name}`;
    const plural = path.split("/").at(-1) ?? "";
    if (this.objects.has(key)) {
      const message = `${plural} "${body.metadata.name}" already exists`;
      return failure(409, "AlreadyExists", message);
    }
    const object = {
      ...body,
      metadata: {
        ...body.metadata,
        uid: `uid-${++this.#version}`,
        resourceVersion: String(this.#version),
        generation: 1,
        managedFields: [
          {
            manager: query.fieldManager,
            operation: "Update",
            fieldsV1: { "f:spec": { "f:replicas": {} } },
          },
        ],
      },
      ...(body.kind === "Namespace" && { status: { phase: "Active" } }),
      ...(body.kind === "Deployment" && { status: {} }),
    };
    if (!query.dryRun) {
      this.objects.set(key, object);
    }
    return { code: 201, answer: object };
  }

  #patch({ path, query, body }: SeenRequest, contentType: string): Plain {
    if (contentType.startsWith("application/json-patch")) {
      this.edit(path, (object) => (object.metadata.managedFields = body[0].value));
      return this.objects.get(path);
    }
    const apply = (object: any): void => {
      object.spec = body.spec;
      object.metadata.labels = body.metadata.labels;
      object.metadata.generation = Number(object.metadata.generation) + 1;
    };
    if (query.dryRun) {
      const copy = structuredClone(this.objects.get(path));
      apply(copy);
      return copy;
    }
    this.edit(path, apply);
    return this.objects.get(path);
  }
}

function failure(
  code: number,
  reason: string,
  message: string,
  kind = "",
): { code: number; answer: Plain } {
  return { code, answer: { kind: "Status", code, reason, message, details: { kind } } };
}

function notFound(path: string): { code: number; answer: Plain } {
  const [plural = "", name = ""] = path.split("/").slice(-2);
  return failure(404, "NotFound", `${plural} "${name}" not found`, plural);
}

/** What the Deployment controller writes when all pods of the newest generation are available. */
export function rolledOut(deployment: any): void {
  const replicas = deployment.spec.replicas ?? 1;
  deployment.status = {
    observedGeneration: deployment.metadata.generation,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    conditions: [
      { type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
    ],
  };
}
