import * as http from "node:http";
import * as https from "node:https";
import { messageOf } from "../shared/errors.ts";
import type { PlainMap } from "../shared/value.ts";
import type { ClusterAccess } from "./kubeconfig.ts";

/** Refusal by the API server, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    /** Kubernetes' word for the kind of failure: NotFound, AlreadyExists, Invalid, Conflict ... */
    readonly reason: string,
    message: string,
    /** Kind of the object that failed, in lower-case plural. */
    readonly about: string | undefined,
  ) {
    super(message);
  }
}

/** The API server does not answer, or its address is not known. */
export class Unreachable extends Error {
  /** @param what the server or the configuration that is missing, and why. */
  constructor(what: string, cause: unknown) {
    super(`configured Kubernetes cluster is unreachable: ${what}`, { cause });
  }
}

export interface ApiRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path from the server's root, such as `/api/v1/namespaces`. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  contentType?: string;
  signal: AbortSignal;
}

export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: PlainMap;
}

/** Client of one cluster's API server over HTTP, which keeps its connections open. */
export class Api {
  readonly #access: ClusterAccess;
  readonly #agent: http.Agent;

  constructor(access: ClusterAccess) {
    this.#access = access;
    const { insecure, ...tls } = access.tls;
    this.#agent = access.server.startsWith("https:")
      ? new https.Agent({ ...tls, rejectUnauthorized: !insecure, keepAlive: true })
      : new http.Agent({ keepAlive: true });
  }

  /** @throws ApiError, Unreachable, or the signal's reason */
  async request(request: ApiRequest): Promise<PlainMap> {
    const response = await this.#send(request);
    const text = await this.#readAll(response, request.signal);
    const code = response.statusCode ?? 0;
    if (code >= 400) {
      throw apiError(code, text);
    }
    return JSON.parse(text) as PlainMap;
  }

  /** Yields the events of a collection until the server ends the watch. */
  async *watch(
    path: string,
    query: Record<string, string>,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent> {
    const request: ApiRequest = { method: "GET", path, query: { ...query, watch: "true" }, signal };
    const response = await this.#send(request);
    const code = response.statusCode ?? 0;
    if (code >= 400) {
      throw apiError(code, await this.#readAll(response, signal));
    }
    let rest = "";
    try {
      for await (const chunk of response.setEncoding("utf8")) {
        const lines = (rest + String(chunk)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line !== "") {
            yield JSON.parse(line) as WatchEvent;
          }
        }
      }
    } catch (error) {
      throw this.#transportError(error, signal);
    } finally {
      response.destroy();
    }
  }

  async #send(request: ApiRequest): Promise<http.IncomingMessage> {
    const { method, path, query, body, contentType = "application/json", signal } = request;
    const url = new URL(this.#access.server.replace(/\/$/, "") + path);
    for (const [key, value] of Object.entries(query ?? {})) {
      url.searchParams.set(key, value);
    }
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const { request: start } = url.protocol === "https:" ? https : http;
    try {
      return await new Promise((resolve, reject) => {
        const sent = start(url, {
          method,
          agent: this.#agent,
          signal,
          headers: {
            accept: "application/json",
            // Without a length Node would send the body of a DELETE as if it were the next request.
            ...(payload && { "content-type": contentType, "content-length": payload.length }),
            ...(this.#access.token && { authorization: `Bearer ${this.#access.token}` }),
          },
        });
        sent.on("response", resolve);
        sent.on("error", reject);
        sent.end(payload);
      });
    } catch (error) {
      throw this.#transportError(error, signal);
    }
  }

  async #readAll(response: http.IncomingMessage, signal: AbortSignal): Promise<string> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) {
        chunks.push(chunk as Buffer);
      }
    } catch (error) {
      throw this.#transportError(error, signal);
    }
    return Buffer.concat(chunks).toString();
  }

  #transportError(error: unknown, signal: AbortSignal): unknown {
    return signal.aborted
      ? signal.reason
      : new Unreachable(`${this.#access.server}: ${messageOf(error)}`, error);
  }
}

function apiError(code: number, text: string): ApiError {
  try {
    const status = JSON.parse(text) as {
      message?: string;
      reason?: string;
      details?: { kind?: string };
    };
    const message = status.message ?? text;
    return new ApiError(code, status.reason ?? "", message, status.details?.kind);
  } catch {
    return new ApiError(code, "", `${code}: ${text.trim()}`, undefined);
  }
}
