import { request } from "node:http";
import type { RequestOptions } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** The Docker daemon's answer to one question. */
export interface DockerAnswer {
  status: number;
  body: string;
}

/** Asks the daemon for a path of its API, by default to read it. Fails when it gives no answer. */
export type Docker = (path: string, method?: "GET" | "DELETE") => Promise<DockerAnswer>;

/** Longest wait for the daemon, which may itself be waiting for a registry, in ms. */
const LIMIT_MS = 8_000;

/** Where the daemon listens; undefined where only Docker's own tools can reach it: SSH, TLS, Windows. */
export type DockerAddress = Pick<RequestOptions, "socketPath" | "host" | "port">;

/** Where the daemon may listen, to be tried in turn. */
export type DockerAddresses = readonly { name: string; address: DockerAddress | undefined }[];

/** Addresses to try, as Pulumi's plugin does. */
export function dockerAddresses(
  env: NodeJS.ProcessEnv,
  home = homedir(),
  platform = process.platform,
): DockerAddresses {
  const usual = ["/var/run/docker.sock", join(home, ".docker/run/docker.sock")];
  const names = env.DOCKER_HOST
    ? [env.DOCKER_HOST]
    : platform === "win32"
      ? ["npipe:////./pipe/docker_engine"]
      : [...usual, join(home, ".docker/desktop/docker.sock")].map((path) => `unix://${path}`);
  const tls = Boolean(env.DOCKER_TLS_VERIFY ?? env.DOCKER_CERT_PATH);
  return names.map((name) => ({ name, address: parseAddress(name, tls) }));
}

function parseAddress(name: string, tls: boolean): DockerAddress | undefined {
  if (name.startsWith("unix://")) {
    return { socketPath: name.slice("unix://".length) };
  }
  if (!name.startsWith("tcp://") || tls || !URL.canParse(name)) {
    return undefined;
  }
  const { hostname, port } = new URL(name);
  return { host: hostname, port: port === "" ? "2375" : port };
}

/** The daemon at an address. */
export function dockerAt(address: DockerAddress): Docker {
  return (path, method = "GET") =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(LIMIT_MS);
      const failed = (error: Error): void => {
        reject(signal.aborted ? new Error(`no answer within ${LIMIT_MS / 1000} s`) : error);
      };
      request({ ...address, path, method, signal }, (response) => {
        text(response).then((body) => {
          resolve({ status: response.statusCode ?? 0, body });
        }, failed);
      })
        .on("error", failed)
        .end();
    });
}

/**
 * The first daemon that answers; undefined where only Docker's own tools get to it.
 *
 * @throws Error in words for users when none does.
 */
export async function findDocker(
  dockers: DockerAddresses,
  connect: (address: DockerAddress) => Docker = dockerAt,
): Promise<Docker | undefined> {
  const failures: string[] = [];
  for (const { name, address } of dockers) {
    if (address === undefined) {
      return undefined;
    }
    const docker = connect(address);
    try {
      await docker("/_ping");
      return docker;
    } catch (error) {
      failures.push(`${name} (${(error as Error).message})`);
    }
  }
  throw new Error(`no daemon answers at ${failures.join(" or ")}; start it, or set DOCKER_HOST`);
}

/** The daemon's reason for an answer that is none. */
export function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message: string }).message;
  } catch {
    return body.trim();
  }
}
