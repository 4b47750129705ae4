import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { messageOf } from "../shared/errors.ts";
import { parseDaemonAddress } from "./address.ts";
import type { DaemonAddress } from "./address.ts";

/** Oldest API that has all that is used here; the daemon of Debian 12 speaks it. */
const API_VERSION = "v1.41";

/** Refusal by the daemon, in its own words, which are introduced as by Docker's own client. */
export class DockerError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(`Error response from daemon: ${message}`);
  }
}

export interface DockerRequest {
  method: "GET" | "POST" | "DELETE";
  /** Path after the version, such as `/containers/json`. */
  path: string;
  query?: Record<string, string | undefined>;
  /** Sent as JSON; a stream is sent as it is. */
  body?: object | Readable;
  headers?: Record<string, string>;
  signal: AbortSignal;
}

/** Client of one daemon's Docker Engine API. */
export class DockerClient {
  readonly #host: string;
  readonly #address: DaemonAddress;

  constructor(host: string) {
    this.#host = host;
    this.#address = parseDaemonAddress(host);
  }

  /** @returns the answer's JSON; undefined for an empty answer */
  async json(request: DockerRequest): Promise<unknown> {
    const text = await readText(await this.stream(request));
    return text.trim() === "" ? undefined : JSON.parse(text);
  }

  /**
   * Returns the answer's body as it comes.
   *
   * @throws DockerError, or the signal's reason
   */
  async stream(request: DockerRequest): Promise<IncomingMessage> {
    const response = await this.#send(request);
    const code = response.statusCode ?? 0;
    if (code < 400) {
      return response;
    }
    const text = await readText(response);
    throw new DockerError(code, messageIn(text) ?? `${code} ${text.trim()}`);
  }

  async #send({
    method,
    path,
    query,
    body,
    headers,
    signal,
  }: DockerRequest): Promise<IncomingMessage> {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query ?? {})) {
      if (value !== undefined) {
        search.set(key, value);
      }
    }
    const isStream = body !== undefined && "pipe" in body;
    const payload = body === undefined || isStream ? undefined : JSON.stringify(body);
    try {
      return await new Promise((resolve, reject) => {
        const sent = httpRequest({
          ...this.#address,
          // No connection is kept for the next request: a daemon that restarts meanwhile closes it.
          agent: false,
          method,
          path: `/${API_VERSION}${path}?${search.toString()}`,
          signal,
          headers: {
            host: "docker",
            ...(payload !== undefined && {
              "content-type": "application/json",
              "content-length": Buffer.byteLength(payload),
            }),
            ...headers,
          },
        });
        sent.on("response", resolve);
        sent.on("error", reject);
        if (isStream) {
          pipeline(body, sent).catch(reject);
        } else {
          sent.end(payload);
        }
      });
    } catch (error) {
      if (signal.aborted) {
        throw signal.reason;
      }
      throw new Error(
        `failed to connect to the Docker daemon at ${this.#host}: ${messageOf(error)}; ` +
          "is it running, and is docker:host or DOCKER_HOST right?",
        { cause: error },
      );
    }
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function messageIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message;
  } catch {
    return undefined;
  }
}

export function isStatus(error: unknown, ...codes: number[]): boolean {
  return error instanceof DockerError && codes.includes(error.statusCode);
}
