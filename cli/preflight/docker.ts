import { get } from "node:http";
import type { RequestOptions } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** The Docker daemon's answer to one question. */
export interface DockerAnswer {
  status: number;
  body: string;
}

/** Asks the daemon for a path of its API. Fails when it gives no answer. */
export type Docker = (path: string) => Promise<DockerAnswer>;

/** Longest wait for the daemon, which may itself be waiting for a registry, in ms. */
const LIMIT_MS = 8_000;

/** Where the daemon listens; undefined where only Docker's own tools can reach it: SSH, TLS, Windows. */
export type DockerAddress = Pick<RequestOptions, "socketPath" | "host" | "port">;

/** Addresses to try in turn, as Pulumi's plugin does. */
export function dockerAddresses(
  env: NodeJS.ProcessEnv,
  home = homedir(),
  platform = process.platform,
): { name: string; address: DockerAddress | undefined }[] {
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
  return (path) =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(LIMIT_MS);
      const failed = (error: Error): void => {
        reject(signal.aborted ? new Error(`no answer within ${LIMIT_MS / 1000} s`) : error);
      };
      get({ ...address, path, signal }, (response) => {
        text(response).then((body) => {
          resolve({ status: response.statusCode ?? 0, body });
        }, failed);
      }).on("error", failed);
    });
}
