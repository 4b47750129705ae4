import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/* eslint-disable @typescript-eslint/no-explicit-any -- requests of any shape, looked into freely */

export interface SeenRequest {
  method: string;
  /** Without the version. */
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage["headers"];
  /** JSON where it is JSON, else bytes. */
  body: any;
}

type Answer = { code: number; body?: unknown } | { code: number; lines: object[] };

/**
 * As much of a Docker daemon as the plugin can see. It knows images and containers, and refuses what a test
 * tells it to refuse.
 */
export class FakeDocker {
  readonly images = new Map<string, { Id: string; RepoDigests: string[] }>();
  readonly containers = new Map<string, any>();
  readonly seen: SeenRequest[] = [];
  /** Answers for the next request that `METHOD /path` begins with. */
  readonly refusals = new Map<string, { code: number; message: string }>();
  /** What builds, pulls and pushes answer with. */
  readonly progress: Record<"build" | "pull" | "push", object[]> = {
    build: [{ stream: "Step 1/1 : FROM x\n" }, { aux: { ID: "sha256:built" } }],
    pull: [{ status: "Pulling" }],
    push: [{ status: "Pushed", id: "layer" }, { aux: { Digest: "sha256:pushed" } }],
  };
  /** State of containers right after their start. */
  started: object = { Running: true, ExitCode: 0 };
  readonly #server: Server = createServer((request, response) => {
    void this.#handle(request, response);
  });
  #nextPort = 32_768;

  async start(socket: string): Promise<void> {
    this.#server.listen(socket);
    await once(this.#server, "listening");
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Requests by method and path, without those that only look. */
  get writes(): string[] {
    return this.seen
      .filter(({ method }) => method !== "GET")
      .map(({ method, path }) => `${method} ${path}`);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://docker");
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const bytes = Buffer.concat(chunks);
    const isJson = request.headers["content-type"] === "application/json";
    const seen: SeenRequest = {
      method: request.method ?? "",
      path: url.pathname.replace("/v1.41", ""),
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: isJson ? JSON.parse(bytes.toString()) : bytes,
    };
    this.seen.push(seen);
    const answer = this.#refusal(seen) ?? this.#answer(seen);
    response.writeHead(answer.code);
    if ("lines" in answer) {
      response.end(answer.lines.map((line) => JSON.stringify(line)).join("\r\n"));
    } else if (Buffer.isBuffer(answer.body)) {
      response.end(answer.body);
    } else {
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    }
  }

  #refusal({ method, path }: SeenRequest): Answer | undefined {
    for (const [start, { code, message }] of this.refusals) {
      if (!`${method} ${path}`.startsWith(start)) {
        continue;
      }
      this.refusals.delete(start);
      return { code, body: { message } };
    }
    return undefined;
  }

  #answer(seen: SeenRequest): Answer {
    const { method, path, query } = seen;
    const route = `${method} ${path}`;
    if (route === "GET /version") {
      return { code: 200, body: { ApiVersion: "1.41" } };
    }
    if (route === "POST /build") {
      return { code: 200, lines: this.progress.build };
    }
    if (route === "POST /images/create") {
      const tag = query.tag ?? "";
      const separator = tag.startsWith("sha256:") ? "@" : ":";
      const name = `${query.fromImage ?? ""}${separator}${tag}`;
      const failed = this.progress.pull.some((line) => "error" in line);
      if (!failed) {
        this.images.set(name, { Id: "sha256:pulled", RepoDigests: [] });
      }
      return { code: 200, lines: this.progress.pull };
    }
    if (/^POST \/images\/.*\/push$/.test(route)) {
      return { code: 200, lines: this.progress.push };
    }
    const [, image] = /^\/images\/(.*?)(\/json)?$/.exec(path) ?? [];
    if (image !== undefined) {
      return this.#image(image);
    }
    if (path.startsWith("/containers")) {
      return this.#container(seen);
    }
    return { code: 404, body: { message: `no route ${route}` } };
  }

  #image(name: string): Answer {
    const found = this.images.get(name);
    if (!found) {
      return { code: 404, body: { message: `No such image: ${name}` } };
    }
    return { code: 200, body: found };
  }

  #container({ method, path, query, body }: SeenRequest): Answer {
    if (path === "/containers/create") {
      const Id = `container-${this.containers.size + 1}`;
      this.containers.set(Id, this.#newContainer(Id, query.name ?? "", body));
      return { code: 201, body: { Id } };
    }
    const [, id = "", action] = path.split("/").slice(1);
    const container = this.containers.get(id);
    if (!container) {
      return { code: 404, body: { message: `No such container: ${id}` } };
    }
    if (method === "DELETE") {
      this.containers.delete(id);
      return { code: 204 };
    }
    if (action === "start") {
      container.State = { ...this.started };
    }
    if (action === "logs") {
      return { code: 200, body: frame("last words\n") };
    }
    return { code: action === "json" ? 200 : 204, body: action === "json" ? container : undefined };
  }

  #newContainer(Id: string, name: string, body: any): any {
    const ports = Object.entries(body.HostConfig.PortBindings as Record<string, any[]>);
    return {
      Id,
      Name: `/${name}`,
      State: { Running: false, ExitCode: 0 },
      NetworkSettings: {
        Ports: Object.fromEntries(
          ports.map(([key, bindings]) => [
            key,
            bindings.map(({ HostIp, HostPort }) => ({
              HostIp,
              HostPort: HostPort ?? String(this.#nextPort++),
            })),
          ]),
        ),
      },
    };
  }
}

/** As the daemon sends what a container without a terminal wrote. */
function frame(text: string): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
}
